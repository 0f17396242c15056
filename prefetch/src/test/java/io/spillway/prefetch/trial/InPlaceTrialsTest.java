package io.spillway.prefetch.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.evict.Prices;
import io.spillway.prefetch.inplace.InPlaceChoice;
import io.spillway.range.ByteSize;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How far a site is trusted with memory in place. */
final class InPlaceTrialsTest {

  private static final long SITE = 7;
  private static final long BYTES = 256 * ByteSize.MIB;
  private static final long RESIDENT_NANOS = 4_000_000;

  private final InPlaceTrials trials = new InPlaceTrials();
  private long now = 1;

  /** A launch goes over what is in place that many times. */
  private boolean launch(long inPlaceBytes, int passes) {
    long inPlace = Math.round(passes * inPlaceBytes * Prices.H200.inPlace());
    TimedLaunch launch = timed(SITE, inPlaceBytes, false);
    trials.timing(launch);
    return trials.took(launch, now++, Math.max(RESIDENT_NANOS, inPlace));
  }

  /** A launch takes longer by that part of what having so much in place is worth. */
  private boolean tried(long inPlaceBytes, double ofWorth) {
    TimedLaunch launch = timed(SITE, inPlaceBytes, false);
    trials.timing(launch);
    return trials.took(
        launch, now++, RESIDENT_NANOS + (long) Math.ceil(launch.worthNanos() * ofWorth));
  }

  /** Moving hides by half, as {@link InPlaceChoice} has it. */
  private static TimedLaunch timed(long site, long inPlaceBytes, boolean faults) {
    double worth = inPlaceBytes * Prices.H200.comeAndGo() / 2;
    return new TimedLaunch(site, BYTES, inPlaceBytes, List.of(), false, worth, 0, faults, faults);
  }

  /** More than there is room for, none of which faults. */
  private static TimedLaunch beyond(long inPlaceBytes) {
    double worth = inPlaceBytes * Prices.H200.comeAndGo() / 2;
    return new TimedLaunch(SITE, BYTES, inPlaceBytes, List.of(), false, worth, 0, true, false);
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

    trials.timing(timed(SITE, 16 * ByteSize.MIB, false));
    assertThat(trials.room(SITE, now, 0)).as("the next launch").isFalse();

    trials.took(timed(SITE, 16 * ByteSize.MIB, false), now, RESIDENT_NANOS);
    assertThat(trials.room(SITE, now, 0)).isTrue();
  }

  @Test
  void whatIsAllowedDoublesWhenAllOfItIsJustWorthIt() {
    launch(0, 1);
    tried(16 * ByteSize.MIB, 1);
    for (long allowed = 16 * ByteSize.MIB; allowed <= BYTES; allowed *= 2) {
      assertThat(trials.room(SITE, now, allowed)).isTrue();
      assertThat(trials.room(SITE, now, allowed + 1)).isFalse();
      assertThat(tried(allowed, 1)).isTrue();
    }
  }

  @Test
  void whatCostsAQuarterOfWhatItIsWorthIsAllowedFourTimesMoreAndNothingMoreThanEight() {
    launch(0, 1);
    tried(16 * ByteSize.MIB, 0.25);
    assertThat(trials.room(SITE, now, 63 * ByteSize.MIB)).isTrue();
    assertThat(trials.room(SITE, now, 65 * ByteSize.MIB)).isFalse();

    tried(16 * ByteSize.MIB, 0.001);
    assertThat(trials.room(SITE, now, (63 + 128) * ByteSize.MIB)).isTrue();
    assertThat(trials.room(SITE, now, (65 + 128) * ByteSize.MIB)).isFalse();
  }

  @Test
  void aKernelThatGoesOverItsDataAgainAndAgainIsFoundOutByThreeLaunches() {
    launch(0, 1);
    long before = trials.changes(now);

    assertThat(launch(128 * ByteSize.MIB, 7)).as("it may have waited for another").isTrue();
    assertThat(launch(128 * ByteSize.MIB, 7)).as("and so may the next").isTrue();
    assertThat(launch(128 * ByteSize.MIB, 7)).isFalse();

    assertThat(trials.allowed(SITE, now)).isFalse();
    assertThat(trials.changes(now)).isGreaterThan(before);
  }

  @Test
  void eachFailureDoublesThePause() {
    launch(0, 1);
    long pause = 0;
    for (int failure = 0; failure < 5; failure++) {
      launch(128 * ByteSize.MIB, 7);
      launch(128 * ByteSize.MIB, 7);
      launch(128 * ByteSize.MIB, 7);
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
  void whatTakesThreeTimesAsLongAsItMayIsFoundOutByOne() {
    launch(0, 1);

    assertThat(launch(128 * ByteSize.MIB, 20)).isFalse();
    assertThat(trials.allowed(SITE, now)).isFalse();
  }

  @Test
  void whatIsNoWorseThanMovingUsuallyIsWorthItToo() {
    trials.took(timed(SITE, 0, false), now++, RESIDENT_NANOS);
    for (int i = 0; i < 40; i++) {
      trials.took(
          timed(SITE, 0, false), now++, 60 * RESIDENT_NANOS); // waits for what is on its way
    }
    for (int i = 0; i < 4; i++) {
      assertThat(launch(128 * ByteSize.MIB, 20)).isTrue();
    }
  }

  @Test
  void aLaunchThatMayHaveWaitedSaysNothingAgainstIt() {
    launch(0, 1);
    TimedLaunch waited =
        new TimedLaunch(
            SITE, BYTES, 16 * ByteSize.MIB, List.of(), false, 0, 4 * RESIDENT_NANOS, false, false);
    for (int i = 0; i < 10; i++) {
      trials.timing(waited);
      assertThat(trials.took(waited, now, 4 * RESIDENT_NANOS)).isTrue();
    }
    assertThat(trials.allowed(SITE, now)).isTrue();
    assertThat(trials.room(SITE, now, 1)).as("nor for it").isFalse();

    for (int i = 0; i < 3; i++) {
      trials.timing(waited);
      trials.took(waited, now, 6 * RESIDENT_NANOS); // longer than it can have waited
    }
    assertThat(trials.allowed(SITE, now)).isFalse();
  }

  @Test
  void aLaunchThatDoesMoreThanOthersOfItsSiteIsNotJudgedByThem() {
    long piece = 16 * ByteSize.MIB;
    launch(0, 1);
    TimedLaunch other = new TimedLaunch(SITE, BYTES / 2, 0, List.of(), false, 0, 0, false, false);
    assertThat(trials.residentNanos(SITE, BYTES / 2)).isEqualTo(RESIDENT_NANOS);
    TimedLaunch unknown =
        new TimedLaunch(SITE, BYTES / 4, piece, List.of(), false, 0, 0, false, false);
    assertThat(trials.took(unknown, now++, 40 * RESIDENT_NANOS)).as("perhaps its work").isTrue();

    trials.took(other, now++, 40 * RESIDENT_NANOS);
    assertThat(trials.residentNanos(SITE, BYTES / 2)).isEqualTo(40.0 * RESIDENT_NANOS);
    assertThat(trials.residentNanos(SITE, BYTES)).isEqualTo(RESIDENT_NANOS);
    TimedLaunch inPlace =
        new TimedLaunch(SITE, BYTES / 2, piece, List.of(), false, 0, 0, false, false);
    for (int i = 0; i < 10; i++) {
      assertThat(trials.took(inPlace, now++, 41 * RESIDENT_NANOS)).isTrue();
    }
    assertThat(trials.took(inPlace, now++, 400 * RESIDENT_NANOS)).isFalse();
  }

  @Test
  void whatNoLaunchAlikeWasTimedForIsFoundOutByEight() {
    launch(0, 1);
    TimedLaunch unknown =
        new TimedLaunch(SITE, BYTES / 2, 16 * ByteSize.MIB, List.of(), false, 0, 0, false, false);
    for (int i = 0; i < 7; i++) {
      assertThat(trials.took(unknown, now++, 40 * RESIDENT_NANOS)).isTrue();
    }
    assertThat(trials.took(unknown, now++, 40 * RESIDENT_NANOS)).isFalse();
  }

  @Test
  void whatSharesTheLinkMayTakeAQuarterLongerForAFewLaunches() {
    long piece = 128 * ByteSize.MIB;
    double worth = piece * Prices.H200.fetch();
    TimedLaunch sharing =
        new TimedLaunch(SITE, BYTES, piece, List.of(), true, worth, 0, false, false);
    launch(0, 1);
    double accepted = 1.1 * RESIDENT_NANOS + worth;
    long longer = Math.round(1.24 * accepted);
    for (int i = 0; i < 4; i++) {
      for (int shared = 0; shared < 5; shared++) {
        trials.timing(sharing);
        assertThat(trials.took(sharing, now++, longer)).isTrue();
      }
      assertThat(trials.room(SITE, now, piece)).as("it is more and more meanwhile").isTrue();
      trials.timing(sharing);
      trials.took(sharing, now++, Math.round(worth)); // alone on the link
    }
    boolean worthIt = true;
    for (int shared = 0; shared < 8; shared++) {
      trials.timing(sharing);
      worthIt = trials.took(sharing, now++, longer);
    }
    assertThat(worthIt).as("eight in a row take longer").isFalse();
    assertThat(trials.allowed(SITE, now)).isFalse();
  }

  @Test
  void whatSharesTheLinkAndTakesMuchLongerIsFoundOutByThree() {
    long piece = 128 * ByteSize.MIB;
    double worth = piece * Prices.H200.fetch();
    TimedLaunch sharing =
        new TimedLaunch(SITE, BYTES, piece, List.of(), true, worth, 0, false, false);
    launch(0, 1);
    long longer = Math.round(1.26 * (1.1 * RESIDENT_NANOS + worth));
    boolean worthIt = true;
    for (int i = 0; i < 3; i++) {
      assertThat(worthIt).isTrue();
      trials.timing(sharing);
      worthIt = trials.took(sharing, now++, longer);
    }
    assertThat(worthIt).isFalse();
  }

  @Test
  void whatDoesNotFitIsComparedWithFaulting() {
    trials.took(timed(SITE, 0, true), now, 50 * RESIDENT_NANOS);
    assertThat(trials.allowed(SITE, now)).isTrue();

    for (int i = 0; i < 5; i++) {
      assertThat(trials.took(beyond(BYTES / 2), now, 40 * RESIDENT_NANOS)).isTrue();
    }
    for (int i = 0; i < 3; i++) {
      trials.took(beyond(BYTES / 2), now, 60 * RESIDENT_NANOS);
    }
    assertThat(trials.notBarred(SITE, now)).isFalse();
  }

  @Test
  void onlyALaunchThatComputesLongHidesWhatItMakesOnTheHost() {
    launch(0, 1);
    double nanosPerByte = (double) RESIDENT_NANOS / BYTES;
    assertThat(trials.hides(SITE, 0.9 * nanosPerByte)).isTrue();
    assertThat(trials.hides(SITE, 1.1 * nanosPerByte)).isFalse();
    assertThat(trials.hides(SITE + 1, 0)).as("never seen, but for free").isTrue();
    assertThat(trials.hides(SITE + 1, nanosPerByte)).isFalse();
  }

  @Test
  void otherSitesAreNotConcerned() {
    launch(0, 1);
    trials.took(timed(SITE + 1, 0, false), now, RESIDENT_NANOS);
    launch(128 * ByteSize.MIB, 20);
    launch(128 * ByteSize.MIB, 20);
    launch(128 * ByteSize.MIB, 20);
    assertThat(trials.allowed(SITE + 1, now)).isTrue();
  }
}
