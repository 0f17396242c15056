package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.evict.Prices;
import io.spillway.range.ByteSize;
import org.junit.jupiter.api.Test;

/** How far a site is trusted with memory in place. */
final class InPlaceTrialsTest {

  private static final long SITE = 7;
  private static final long BYTES = 256 * ByteSize.MIB;
  private static final long RESIDENT_NANOS = 4_000_000;

  private final InPlaceTrials trials = new InPlaceTrials(Prices.H200);
  private long now = 1;

  /** A launch goes over what is in place that many times. */
  private boolean launch(long inPlaceBytes, int passes) {
    long inPlace = Math.round(passes * inPlaceBytes * Prices.H200.inPlace());
    trials.issued(SITE, inPlaceBytes);
    return trials.took(SITE, now++, BYTES, inPlaceBytes, Math.max(RESIDENT_NANOS, inPlace));
  }

  @Test
  void nothingIsTriedBeforeItIsKnownWhatALaunchTakes() {
    assertThat(trials.allowed(SITE, now)).isFalse();
    launch(0, 1);
    assertThat(trials.allowed(SITE, now)).isTrue();
  }

  @Test
  void onePieceIsTriedAndNoOtherUntilItIsKnownWhatCameOfIt() {
    launch(0, 1);
    assertThat(trials.room(SITE, now, 0)).isTrue();
    assertThat(trials.room(SITE, now, 1)).as("a second piece of the launch").isFalse();

    trials.issued(SITE, 16 * ByteSize.MIB);
    assertThat(trials.room(SITE, now, 0)).as("the next launch").isFalse();

    trials.took(SITE, now, BYTES, 16 * ByteSize.MIB, RESIDENT_NANOS);
    assertThat(trials.room(SITE, now, 0)).isTrue();
  }

  @Test
  void whatIsAllowedDoublesWhenAllOfItIsWorthIt() {
    launch(0, 1);
    launch(16 * ByteSize.MIB, 1);
    for (long allowed = 16 * ByteSize.MIB; allowed <= BYTES; allowed *= 2) {
      assertThat(trials.room(SITE, now, allowed)).isTrue();
      assertThat(trials.room(SITE, now, allowed + 1)).isFalse();
      assertThat(launch(allowed, 1)).isTrue();
    }
  }

  @Test
  void aKernelThatGoesOverItsDataAgainAndAgainIsFoundOutByThreeLaunches() {
    launch(0, 1);
    long before = trials.changes(now);

    assertThat(launch(128 * ByteSize.MIB, 20)).as("it may have waited for another").isTrue();
    assertThat(launch(128 * ByteSize.MIB, 20)).as("and so may the next").isTrue();
    assertThat(launch(128 * ByteSize.MIB, 20)).isFalse();

    assertThat(trials.allowed(SITE, now)).isFalse();
    assertThat(trials.changes(now)).isGreaterThan(before);
  }

  @Test
  void eachFailureDoublesThePause() {
    launch(0, 1);
    long pause = 0;
    for (int failure = 0; failure < 5; failure++) {
      launch(128 * ByteSize.MIB, 20);
      launch(128 * ByteSize.MIB, 20);
      launch(128 * ByteSize.MIB, 20);
      long before = trials.changes(now);
      long from = now;
      while (!trials.allowed(SITE, now)) {
        now++;
      }
      if (pause > 0) {
        assertThat(now - from).isBetween(2 * pause - 2, 2 * pause + 2);
      }
      pause = now - from;
      assertThat(trials.changes(now)).as("laps are decided for anew").isGreaterThan(before);
    }
  }

  @Test
  void whatIsNoWorseThanMovingUsuallyIsWorthItToo() {
    trials.took(SITE, now++, BYTES, 0, RESIDENT_NANOS);
    for (int i = 0; i < 40; i++) {
      trials.took(SITE, now++, BYTES, 0, 60 * RESIDENT_NANOS); // waits for what is on its way
    }
    for (int i = 0; i < 4; i++) {
      assertThat(launch(128 * ByteSize.MIB, 20)).isTrue();
    }
  }

  @Test
  void otherSitesAreNotConcerned() {
    launch(0, 1);
    trials.took(SITE + 1, now, BYTES, 0, RESIDENT_NANOS);
    launch(128 * ByteSize.MIB, 20);
    launch(128 * ByteSize.MIB, 20);
    launch(128 * ByteSize.MIB, 20);
    assertThat(trials.allowed(SITE + 1, now)).isTrue();
  }
}
