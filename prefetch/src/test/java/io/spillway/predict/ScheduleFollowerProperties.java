package io.spillway.predict;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.predict.ScheduleFollower.State;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * A recorded schedule against live launches that differ from it, whose true place in it the test
 * knows.
 */
final class ScheduleFollowerProperties {

  /** Launches looked ahead: what is compared with the schedule after each live launch. */
  private static final int LOOKED_AHEAD = 8;

  /** Runs over which a rate is taken. */
  private static final int RUNS = 40;

  private static final long BASE = 1L << 40;
  private static final long BYTES = 1L << 21;

  /** A launch that the schedule does not have. */
  private static final int FIRST_STRANGER = 1 << 16;

  private final LaunchTable launches = new LaunchTable();

  /** The number of a launch of a site of its own. */
  private int number(int launch) {
    return launches.intern(
        new Touches().begin(launch).add(BASE + launch * BYTES, BYTES, AccessKind.READ));
  }

  private ScheduleFollower following(int[] before, int[] lap) {
    ScheduleFollower follower = new ScheduleFollower(launches, before, lap);
    IntStream.concat(Arrays.stream(before), Arrays.stream(lap))
        .distinct()
        .forEach(launch -> follower.place(launch, number(launch)));
    return follower;
  }

  private static int[] random(int length, int kinds, Random random) {
    return random.ints(length, 0, kinds).toArray();
  }

  /** What a schedule has at a place, counted through all its laps; negative behind its end. */
  private static int at(int[] before, int[] lap, int place) {
    if (place < before.length) {
      return before[place];
    }
    return lap.length == 0 ? -1 : lap[(place - before.length) % lap.length];
  }

  /** Of the launches looked ahead to, how many are told as the schedule has them. */
  private int right(ScheduleFollower follower, int[] before, int[] lap, int place) {
    int right = 0;
    for (int step = 1; step <= LOOKED_AHEAD; step++) {
      int truth = at(before, lap, place + step);
      boolean told = follower.followed() && step <= follower.depth();
      right += told && truth >= 0 && follower.expected(step) == number(truth) ? 1 : 0;
    }
    return right;
  }

  @Property(tries = 300)
  void whatComesAsRecordedIsForeseenFromTheSecondLaunchOn(
      @ForAll @IntRange(max = 60) int beforeLength,
      @ForAll @IntRange(min = LOOKED_AHEAD, max = 60) int lapLength,
      @ForAll @IntRange(min = 1, max = 200) int kinds,
      @ForAll long seed) {
    Random random = new Random(seed);
    int[] before = random(beforeLength, kinds, random);
    int[] lap = random(lapLength, kinds, random);
    ScheduleFollower follower = following(before, lap);
    for (int place = 0; place < beforeLength + 3 * lapLength; place++) {
      boolean foreseen = follower.observe(number(at(before, lap, place)));
      assertThat(foreseen).isEqualTo(place > 0);
      assertThat(right(follower, before, lap, place)).isEqualTo(LOOKED_AHEAD);
      assertThat(follower.inLap()).isEqualTo(place >= beforeLength);
      assertThat(follower.depth()).isEqualTo(Math.max(0, beforeLength - 1 - place) + lapLength);
    }
  }

  /** Distinct launches, so that each place is known by what is launched there. */
  @Property(tries = 300)
  void insertionsDeletionsAndReplacementsCostAFewPredictionsEach(
      @ForAll @IntRange(max = 100) int beforeLength,
      @ForAll @IntRange(min = 100, max = 300) int lapLength,
      @ForAll @IntRange(min = 10, max = 40) int launchesPerChange,
      @ForAll long seed) {
    int[] before = IntStream.range(0, beforeLength).toArray();
    int[] lap = IntStream.range(beforeLength, beforeLength + lapLength).toArray();
    ScheduleFollower follower = following(before, lap);
    Random random = new Random(seed);
    int stranger = FIRST_STRANGER;
    int changes = 0;
    int asked = 0;
    int right = 0;
    for (int place = 0; place < beforeLength + 3 * lapLength; place++) {
      int live = at(before, lap, place);
      if (random.nextInt(launchesPerChange) == 0) {
        changes++;
        switch (random.nextInt(3)) {
          case 0 -> follower.observe(number(stranger++));
          case 1 -> live = stranger++;
          default -> {
            continue; // missing
          }
        }
      }
      follower.observe(number(live));
      asked += LOOKED_AHEAD;
      right += right(follower, before, lap, place);
    }
    assertThat(follower.state()).isEqualTo(State.FOLLOWED);
    // While a launch that came in another's place may still be one that came in between, all that
    // is expected is one late: at most the places looked ahead to, for each change.
    assertThat(asked - right).isLessThanOrEqualTo(LOOKED_AHEAD * (changes + 1));
  }

  /** Launches that occur again and again, so that places have to be told by their surroundings. */
  @Property(tries = 20)
  void fourFifthsAreForeseenThoughOneLaunchInTwentyDiffersAndFewKindsRepeat(
      @ForAll @IntRange(min = 8, max = 40) int kinds, @ForAll long seed) {
    Random random = new Random(seed);
    int asked = 0;
    int right = 0;
    for (int run = 0; run < RUNS; run++) {
      int[] lap = random(50 + random.nextInt(150), kinds, random);
      ScheduleFollower follower = following(new int[0], lap);
      for (int place = 0; place < 4 * lap.length; place++) {
        int live = at(new int[0], lap, place);
        switch (random.nextInt(60)) {
          case 0 -> follower.observe(number(random.nextInt(kinds)));
          case 1 -> live = random.nextInt(kinds);
          case 2 -> {
            continue;
          }
          default -> {}
        }
        follower.observe(number(live));
        asked += LOOKED_AHEAD;
        right += right(follower, new int[0], lap, place);
      }
    }
    assertThat((double) right / asked).isGreaterThan(0.8);
  }

  @Property(tries = 100)
  void aStretchThatIsLeftOutIsFoundAgainWithItsSecondLaunch(
      @ForAll @IntRange(min = 40, max = 400) int length,
      @ForAll @IntRange(min = 10, max = 30) int missing) {
    int[] lap = IntStream.range(0, length).toArray();
    ScheduleFollower follower = following(new int[0], lap);
    for (int i = 0; i < 5; i++) {
      follower.observe(number(i));
    }
    int from = 5 + missing;
    assertThat(follower.observe(number(from))).isFalse();
    assertThat(follower.observe(number(from + 1))).isFalse();
    assertThat(follower.observe(number(from + 2))).isTrue();
  }

  @Property(tries = 100)
  void anotherProgramIsNotFollowed(@ForAll @IntRange(min = 4, max = 100) int length) {
    int[] lap = IntStream.range(0, length).toArray();
    ScheduleFollower follower = following(new int[0], lap);
    for (int i = 0; i < 1 << 15; i++) {
      assertThat(follower.observe(number(FIRST_STRANGER + i % 50))).isFalse();
      assertThat(follower.followed()).isFalse();
    }
    assertThat(follower.state()).isEqualTo(State.UNKNOWN);
  }

  @Example
  void aProgramThatGoesAnotherWayIsGivenUpSoon() {
    int[] lap = IntStream.range(0, 20).toArray();
    ScheduleFollower follower = following(new int[0], lap);
    for (int i = 0; i < 30; i++) {
      follower.observe(number(i % 20));
    }
    int more = 0;
    while (follower.state() != State.GIVEN_UP) {
      follower.observe(number(FIRST_STRANGER + more++));
      assertThat(more).isLessThan(100);
    }
    assertThat(follower.followed()).isFalse();
    assertThat(follower.observe(number(10))).as("for good").isFalse();
    assertThat(follower.followed()).isFalse();
  }

  /** A loop that goes over more and more, or over copies of what it used. */
  @Example
  void launchesOfTheSameSiteThatTouchSomethingElseKeepThePlace() {
    int[] lap = {0, 1, 2, 3};
    ScheduleFollower follower = new ScheduleFollower(launches, new int[0], lap);
    List<Integer> numbers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      numbers.add(number(i));
      follower.place(i, numbers.get(i));
    }
    follower.observe(numbers.get(0));
    int elsewhere =
        launches.intern(new Touches().begin(1).add(BASE + 99 * BYTES, BYTES, AccessKind.READ));
    long epoch = follower.epoch();
    assertThat(follower.observe(elsewhere)).isFalse();
    assertThat(follower.epoch()).as("what comes next is still what was expected").isEqualTo(epoch);
    assertThat(follower.observe(numbers.get(2))).isTrue();
  }

  @Example
  void aSkipToALaunchThatOnlyCameInBetweenIsTakenBack() {
    ScheduleFollower follower = following(new int[0], IntStream.range(0, 20).toArray());
    follower.observe(number(0));
    follower.observe(number(1));
    follower.observe(number(4));
    assertThat(follower.expected(1)).as("2 and 3 may be missing").isEqualTo(number(5));

    follower.observe(number(2));

    assertThat(follower.expected(1)).isEqualTo(number(3));
    assertThat(follower.observe(number(3))).isTrue();
  }

  @Example
  void whatHasNoNumberYetIsLeftOut() {
    ScheduleFollower follower = new ScheduleFollower(launches, new int[0], new int[] {0, 1, 2});
    follower.place(0, number(0));
    follower.place(2, number(2));
    follower.observe(number(0));
    assertThat(follower.depth()).isEqualTo(2);
    assertThat(follower.expected(1)).isEqualTo(number(2));

    follower.place(1, number(1));
    assertThat(follower.observe(number(1))).as("as soon as it has one").isTrue();
    assertThat(follower.depth()).isEqualTo(3);
    assertThat(follower.expected(1)).isEqualTo(number(2));
  }

  @Example
  void aScheduleWithoutALapComesToItsEnd() {
    ScheduleFollower follower = following(new int[] {0, 1, 2}, new int[0]);
    follower.observe(number(0));
    assertThat(follower.depth()).isEqualTo(2);
    assertThat(follower.lapLength()).isZero();
    follower.observe(number(1));
    follower.observe(number(2));
    assertThat(follower.state()).isEqualTo(State.FINISHED);
    assertThat(follower.observe(number(0))).isFalse();
  }

  @Example
  void afterAGapNothingIsExpectedUntilALaunchIsRecognised() {
    ScheduleFollower follower = following(new int[0], IntStream.range(0, 50).toArray());
    for (int i = 0; i < 10; i++) {
      follower.observe(number(i));
    }
    follower.lose();
    assertThat(follower.followed()).isFalse();
    follower.observe(number(30));
    assertThat(follower.followed()).isFalse();
    follower.observe(number(31));
    assertThat(follower.followed()).isTrue();
    assertThat(follower.expected(1)).isEqualTo(number(32));
  }
}
