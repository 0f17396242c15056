package io.spillway.prefetch.govern;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/** When launches stop to wait, and try again. */
final class PatienceTest {

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - MINUTE / 2); // a clock may wrap
  private final Patience patience = new Patience(now::get);

  @Test
  void oneThatWaitedInVainChangesNothing() {
    for (int i = 0; i < 10; i++) {
      assertThat(patience.inVain("one")).isFalse();
      assertThat(patience.inVain("another")).isFalse();
      patience.met();
    }
    assertThat(patience.pausing()).isFalse();
    assertThat(patience.reason()).isNull();
  }

  @Test
  void severalInARowBeginAPauseAndEachTryInVainOneTwiceAsLong() {
    patience.inVain("first");
    patience.inVain("second");
    for (long minutes = 1; minutes <= 256; minutes *= 2) {
      assertThat(patience.inVain("try " + minutes)).isTrue();
      long pause = Math.min(60, minutes);
      assertThat(patience.reason())
          .isEqualTo("try %d; next try after %d s".formatted(minutes, 60 * pause));
      now.addAndGet(pause * MINUTE - 1);
      assertThat(patience.pausing()).isTrue();
      now.incrementAndGet();
      assertThat(patience.pausing()).isFalse();
    }
    patience.met();
    patience.inVain("first again");
    patience.inVain("second again");
    assertThat(patience.inVain("third again")).isTrue();
    assertThat(patience.reason()).endsWith("next try after 60 s");
  }
}
