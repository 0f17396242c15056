package io.spillway.access.ptx;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PtxEvidenceCacheTest {

  /** A module of a kernel of its own, always of the same length. */
  private static byte[] text(int number) {
    return ".version 9.0 .target sm_90 .address_size 64 .entry k%04d() { ret; }"
        .formatted(number)
        .getBytes(UTF_8);
  }

  @Test
  void theSameContentIsReadOnce() {
    PtxEvidenceCache cache = new PtxEvidenceCache(1 << 20);
    PtxModule first = cache.module(text(1));
    assertThat(first.kernels()).containsExactly("k0001");
    assertThat(cache.module(text(1))).isSameAs(first);
    assertThat(cache.module(text(2))).isNotSameAs(first);
    assertThat(cache.bytes()).isEqualTo(2L * text(1).length);
  }

  @Test
  void whatWasUsedLongestAgoGoesFirst() {
    PtxEvidenceCache cache = new PtxEvidenceCache(3L * text(1).length);
    PtxModule one = cache.module(text(1));
    PtxModule two = cache.module(text(2));
    cache.module(text(3));
    assertThat(cache.module(text(1))).isSameAs(one);
    cache.module(text(4));
    assertThat(cache.bytes()).isEqualTo(3L * text(1).length);
    assertThat(cache.module(text(1))).isSameAs(one);
    assertThat(cache.module(text(2))).isNotSameAs(two);
  }

  @Test
  void whatIsLargerThanTheCacheIsReadAndNotKept() {
    PtxEvidenceCache cache = new PtxEvidenceCache(0);
    assertThat(cache.module(text(7)).kernels()).containsExactly("k0007");
    assertThat(cache.bytes()).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new PtxEvidenceCache(-1))
        .withMessageContaining("-1");
  }

  @Test
  void anyThreadMayAsk() {
    PtxEvidenceCache cache = new PtxEvidenceCache(1 << 20);
    Set<PtxModule> modules =
        Collections.synchronizedSet(Collections.newSetFromMap(new IdentityHashMap<>()));
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      IntStream.range(0, 400)
          .forEach(i -> threads.execute(() -> modules.add(cache.module(text(i % 20)))));
    }
    assertThat(modules).hasSize(20);
    assertThat(cache.bytes()).isEqualTo(20L * text(0).length);
  }
}
