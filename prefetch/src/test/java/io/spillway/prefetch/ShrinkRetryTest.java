package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShrinkRetryTest {

  private final List<Long> pauses = new ArrayList<>();
  private final Deque<Runnable> later = new ArrayDeque<>();
  private int retries;
  private final ShrinkRetry retry =
      new ShrinkRetry(
          nanos -> {
            pauses.add(nanos);
            return later::add;
          },
          () -> retries++);

  private void pass() {
    later.remove().run();
    retry.over();
  }

  @Test
  void whereNothingIsHeldBackNothingIsTriedAgain() {
    retry.idle(false, false);

    assertThat(pauses).isEmpty();
  }

  @Test
  void pausesDoubleUpToASecondAndAreShortAgainOnceNothingIsHeldBack() {
    for (int i = 0; i < 12; i++) {
      retry.idle(true, false);
      pass();
    }
    assertThat(pauses).startsWith(1_000_000L, 2_000_000L, 4_000_000L).isSorted();
    assertThat(pauses.subList(10, 12)).containsExactly(1_000_000_000L, 1_000_000_000L);
    assertThat(retries).isEqualTo(12);

    retry.idle(false, false);
    retry.idle(true, false);

    assertThat(pauses).last().isEqualTo(1_000_000L);
  }

  private void doubleAFewTimes() {
    for (int i = 0; i < 4; i++) {
      retry.idle(true, false);
      pass();
    }
  }

  @Test
  void pausesAreShortAgainOnceTheDriverLetsSomethingGo() {
    doubleAFewTimes();

    retry.gaveWay();
    retry.idle(true, false); // the rest

    assertThat(pauses).last().isEqualTo(1_000_000L);
  }

  /** Lanes are told to write back before the driver is asked, and are refused after that. */
  @Test
  void thatItIsTriedDoesNotMakeThemShort() {
    doubleAFewTimes();

    retry.idle(false, true);
    retry.idle(true, false);

    assertThat(pauses).last().isEqualTo(16_000_000L);
  }

  @Test
  void thereIsOnePauseAtATime() {
    retry.idle(true, false);
    retry.idle(true, false);
    retry.idle(false, false);
    retry.idle(true, false);
    assertThat(later).hasSize(1);

    pass();
    retry.idle(true, false);

    assertThat(later).hasSize(1);
  }
}
