package io.spillway.driver;

import static io.spillway.driver.DriverUnderTest.pattern;
import static io.spillway.driver.DriverUnderTest.refusal;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.AddressRange;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the calls for several ranges at once do: prefetches, discards, and both in one. */
interface BatchContract extends DriverUnderTest {

  @Test
  default void aBatchMovesEachOfItsRanges() {
    assume(Capability.PREFETCH_BATCH, Capability.RANGE_ATTRIBUTES);
    StreamHandle stream = driver().createStream();
    AddressRange a = driver().allocateManaged(8 * MIB);
    AddressRange b = driver().allocateManaged(4 * MIB);
    write(a, pattern(a.bytes(), 15));
    write(b, pattern(b.bytes(), 16));
    List<AddressRange> batch = List.of(a.slice(0, BLOCK), b, a.slice(2 * BLOCK, BLOCK));
    for (Location target : List.of(device(), Location.HOST)) {
      driver().prefetchBatch(batch, target, stream);
      driver().synchronize(stream);
      assertThat(batch)
          .allSatisfy(r -> assertThat(driver().attributes(r).lastPrefetch()).contains(target));
      assertThat(driver().attributes(a.slice(BLOCK, BLOCK)).lastPrefetch()).isEmpty();
    }
    assertThat(read(a)).isEqualTo(pattern(a.bytes(), 15));
    assertThat(read(b)).isEqualTo(pattern(b.bytes(), 16));
    driver().free(a);
    driver().free(b);
    driver().destroyStream(stream);
  }

  @Test
  default void aBatchWithABadRangeIsRefused() {
    assume(Capability.PREFETCH_BATCH);
    StreamHandle stream = driver().createStream();
    AddressRange range = driver().allocateManaged(4 * MIB);
    write(range, pattern(range.bytes(), 17));
    DriverException refused =
        refusal(() -> driver().prefetchBatch(List.of(range, NOWHERE), device(), stream));
    assertThat(refused.call()).isEqualTo("cuMemPrefetchBatchAsync");
    assertThat(refused.address()).isEqualTo(range.address());
    assertThat(refused.bytes()).isEqualTo(range.bytes() + NOWHERE.bytes());
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 17));
    driver().free(range);
    driver().destroyStream(stream);
  }

  @ParameterizedTest
  @EnumSource(
      value = Capability.class,
      names = {"PREFETCH_BATCH", "DISCARD", "DISCARD_AND_PREFETCH"})
  default void noBatchIsTakenInTheDefaultStream(Capability batch) {
    assume(batch, Capability.RANGE_ATTRIBUTES);
    AddressRange range = driver().allocateManaged(4 * MIB);
    write(range, pattern(range.bytes(), 25));
    DriverException refused = refusal(() -> use(batch, range, StreamHandle.DEFAULT));
    assertThat(refused.call()).endsWith("BatchAsync");
    assertThat(refused.address()).isEqualTo(range.address());
    assertThat(refused.bytes()).isEqualTo(range.bytes());
    assertThat(driver().attributes(range).lastPrefetch()).isEmpty();
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 25));
    driver().free(range);
  }

  @Test
  default void discardedMemoryIsGoodAgainOnceRewritten() {
    assume(Capability.DISCARD);
    StreamHandle stream = driver().createStream();
    AddressRange range = driver().allocateManaged(8 * MIB);
    for (int round = 0; round < 3; round++) {
      write(range, pattern(range.bytes(), round));
      driver().discard(List.of(range), stream);
      driver().synchronize(stream);
      byte[] expected = pattern(range.bytes(), 18 + round);
      write(range, expected);
      assertThat(read(range)).isEqualTo(expected);
    }
    driver().free(range);
    driver().destroyStream(stream);
  }

  @Test
  default void aDiscardTouchesNothingBesideIt() {
    assume(Capability.DISCARD);
    StreamHandle stream = driver().createStream();
    AddressRange range = driver().allocateManaged(8 * MIB);
    AddressRange other = driver().allocateManaged(4 * MIB);
    byte[] expected = pattern(range.bytes(), 19);
    write(range, expected);
    write(other, pattern(other.bytes(), 20));
    driver().discard(List.of(range.slice(BLOCK, BLOCK), range.slice(3 * BLOCK, BLOCK)), stream);
    driver().synchronize(stream);
    for (int block : new int[] {0, 2}) {
      int from = (int) (block * BLOCK);
      assertThat(read(range.slice(from, BLOCK)))
          .isEqualTo(Arrays.copyOfRange(expected, from, from + (int) BLOCK));
    }
    assertThat(read(other)).isEqualTo(pattern(other.bytes(), 20));
    driver().free(range);
    driver().free(other);
    driver().destroyStream(stream);
  }

  @Test
  default void discardingOutsideManagedMemoryIsRefused() {
    assume(Capability.DISCARD);
    StreamHandle stream = driver().createStream();
    AddressRange plain = driver().allocateDevice(4 * MIB);
    write(plain, pattern(plain.bytes(), 21));
    for (AddressRange range : List.of(NOWHERE, plain)) {
      DriverException refused = refusal(() -> driver().discard(List.of(range), stream));
      assertThat(refused.call()).isEqualTo("cuMemDiscardBatchAsync");
      assertThat(refused.address()).isEqualTo(range.address());
    }
    assertThat(read(plain)).isEqualTo(pattern(plain.bytes(), 21));
    driver().free(plain);
    driver().destroyStream(stream);
  }

  @Test
  default void discardAndPrefetchMovesAndLeavesRewritableMemory() {
    assume(Capability.DISCARD_AND_PREFETCH, Capability.RANGE_ATTRIBUTES);
    StreamHandle stream = driver().createStream();
    AddressRange range = driver().allocateManaged(8 * MIB);
    write(range, pattern(range.bytes(), 22));
    List<AddressRange> batch = List.of(range.slice(0, BLOCK), range.slice(BLOCK, 3 * BLOCK));
    driver().discardAndPrefetch(batch, device(), stream);
    driver().synchronize(stream);
    assertThat(driver().attributes(range).lastPrefetch()).contains(device());
    write(range, pattern(range.bytes(), 23));
    assertThat(read(range)).isEqualTo(pattern(range.bytes(), 23));
    driver().free(range);
    driver().destroyStream(stream);
  }
}
