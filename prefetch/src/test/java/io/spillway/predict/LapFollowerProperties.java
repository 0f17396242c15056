package io.spillway.predict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Laps of all shapes, followed; and whatever else comes, compared with a search by hand. */
final class LapFollowerProperties {

  /** Launches after which a lap that repeats has to be followed: a situation's four. */
  private static final int SOON = 4;

  private static List<Integer> lapOfDistinct(int length) {
    List<Integer> lap = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      lap.add(i);
    }
    return lap;
  }

  private static List<Integer> randomLap(int length, int kinds, long seed) {
    Random random = new Random(seed);
    List<Integer> lap = new ArrayList<>();
    for (int i = 0; i < length; i++) {
      lap.add(random.nextInt(kinds));
    }
    return lap;
  }

  @Property(tries = 200)
  void aLapOfDistinctLaunchesIsFollowedFromTheSecondLaunchOfItsSecondRound(
      @ForAll @IntRange(min = 2, max = 500) int length) {
    LapFollower follower = new LapFollower();
    List<Integer> lap = lapOfDistinct(length);
    for (int i = 0; i < 3 * length; i++) {
      boolean expected = follower.observe(lap.get(i % length));
      assertThat(expected).isEqualTo(i > length);
    }
    assertThat(follower.lag()).isEqualTo(length);
    for (int step = 1; step <= length; step++) {
      assertThat(follower.expected(step)).isEqualTo(lap.get((step - 1) % length));
    }
  }

  @Property(tries = 300)
  void everyLapIsFollowedWithinTwoRounds(
      @ForAll @IntRange(min = 1, max = 120) int length,
      @ForAll @IntRange(min = 1, max = 30) int kinds,
      @ForAll long seed) {
    LapFollower follower = new LapFollower();
    List<Integer> lap = randomLap(length, kinds, seed);
    int wrong = 0;
    for (int i = 0; i < 6 * length; i++) {
      boolean expected = follower.observe(lap.get(i % length));
      if (i >= 2 * length + SOON * SOON && !expected) {
        wrong++;
      }
    }
    // A lap that contains its own beginning may lead astray at places, but not in the end.
    assertThat(wrong).isZero();
  }

  @Property(tries = 200)
  void missingAndInsertedLaunchesAreSteppedOver(
      @ForAll @IntRange(min = 40, max = 200) int length,
      @ForAll @IntRange(min = 1, max = 4) int missing,
      @ForAll @IntRange(min = 1, max = 4) int inserted,
      @ForAll long seed) {
    LapFollower follower = new LapFollower();
    for (int i = 0; i < 2 * length; i++) {
      follower.observe(i % length);
    }
    Random random = new Random(seed);
    int cut = 1 + random.nextInt(length / 2 - missing - 1);
    int gap = length / 2 + 1 + random.nextInt(length / 2 - 4);
    int wrong = 0;
    int strangers = 0;
    for (int i = 0; i < length; i++) {
      if (i >= cut && i < cut + missing) {
        continue;
      }
      if (i == gap) {
        for (int j = 0; j < inserted; j++) {
          wrong += follower.observe(length + strangers++) ? 0 : 1;
        }
      }
      wrong += follower.observe(i) ? 0 : 1;
    }
    assertThat(wrong).as("one at the cut, the strangers themselves").isEqualTo(1 + inserted);
  }

  @Property(tries = 200)
  void whatIsExpectedIsWhatCameAfterThePlaceFollowed(
      @ForAll @IntRange(min = 1, max = 6) int kinds, @ForAll long seed) {
    LapFollower follower = new LapFollower();
    List<Integer> seen = new ArrayList<>();
    Random random = new Random(seed);
    for (int i = 0; i < 400; i++) {
      int launch = random.nextInt(kinds);
      if (follower.lag() > 0) {
        boolean right = follower.expected(1) == launch;
        assertThat(follower.observe(launch)).isEqualTo(right);
      } else {
        assertThat(follower.observe(launch)).isFalse();
      }
      seen.add(launch);
      for (int step = 1; step <= Math.min(follower.lag(), 5); step++) {
        int place = seen.size() - 1 - (int) follower.lag() + step;
        assertThat(follower.expected(step)).isEqualTo(seen.get(place));
      }
    }
  }

  @Property(tries = 100)
  void withoutAnInterruptionTheEpochStaysAndExpectationsOnlyMoveUp(
      @ForAll @IntRange(min = 2, max = 80) int length) {
    LapFollower follower = new LapFollower();
    for (int i = 0; i < 2 * length + 1; i++) {
      follower.observe(i % length);
    }
    long epoch = follower.epoch();
    for (int i = 2 * length + 1; i < 4 * length; i++) {
      int second = follower.expected(2);
      follower.observe(i % length);
      assertThat(follower.epoch()).isEqualTo(epoch);
      assertThat(follower.expected(1)).isEqualTo(second);
    }
  }

  @Example
  void aLoopInsideALoopIsFollowedAsAWhole() {
    LapFollower follower = new LapFollower();
    int wrong = 0;
    for (int lap = 0; lap < 5; lap++) {
      for (int i = 0; i < 30; i++) {
        for (int launch : new int[] {0, 1, 2}) {
          wrong += !follower.observe(launch) && lap >= 2 ? 1 : 0;
        }
      }
      for (int launch = 10; launch < 40; launch++) {
        wrong += !follower.observe(launch) && lap >= 2 ? 1 : 0;
      }
    }
    assertThat(wrong).isZero();
    assertThat(follower.lag()).isEqualTo(120);
  }

  /**
   * The outer lap is followed, so that the loop's end is expected, and the loop known meanwhile.
   */
  @Property(tries = 100)
  void theLoopInsideALapIsKnownUntilItsLastRounds(
      @ForAll @IntRange(min = 4, max = 40) int inner,
      @ForAll @IntRange(min = 4, max = 12) int rounds,
      @ForAll @IntRange(min = LapFollower.MOST_SKIPPED + 1, max = 30) int between) {
    LapFollower follower = new LapFollower();
    for (int lap = 0; lap < 3; lap++) {
      for (int launch = 0; launch < between; launch++) {
        follower.observe(1000 + launch);
        assertThat(follower.innerLap()).isZero();
      }
      for (int i = 0; i < rounds * inner; i++) {
        boolean expected = follower.observe(i % inner);
        if (lap == 2) {
          boolean wasGoneRound = i >= 2 * inner - 1;
          boolean goesOnForTwoMore = i < (rounds - 2) * inner;
          assertThat(expected).isTrue();
          assertThat(follower.innerLap())
              .as("launch %d", i)
              .isEqualTo(wasGoneRound && goesOnForTwoMore ? inner : 0);
        }
      }
    }
    assertThat(follower.lag()).isEqualTo(rounds * inner + between);
  }

  @Example
  void anotherPhaseIsFollowedWithinItsSecondLapAndTheFirstOneWithinFourLaunchesWhenItReturns() {
    LapFollower follower = new LapFollower();
    for (int i = 0; i < 4 * 50; i++) {
      follower.observe(i % 50);
    }
    int wrong = 0;
    for (int i = 0; i < 3 * 70; i++) {
      boolean expected = follower.observe(100 + i % 70);
      wrong += i > 70 && !expected ? 1 : 0;
    }
    assertThat(wrong).isZero();
    wrong = 0;
    for (int i = 0; i < 50; i++) {
      wrong += follower.observe(i) ? 0 : 1;
    }
    assertThat(wrong).as("as many as make a situation").isLessThanOrEqualTo(SOON);
  }

  @Example
  void whatIsOlderThanTheHistoryIsForgottenNotInvented() {
    LapFollower follower = new LapFollower();
    int longest = 1 << 18;
    for (int i = 0; i < longest + 100; i++) {
      follower.observe(i);
    }
    assertThat(follower.observe(5)).isFalse();
    assertThat(follower.lag()).isZero();
    assertThat(follower.observe(longest)).isFalse();
    assertThat(follower.expected(1)).isEqualTo(longest + 1);
  }
}
