package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/**
 * Laps that were planted are found, where they are and in time; what is none is not taken for one.
 */
class LapDetectorProperties {

  /** What a detector said about a stream. */
  private record Heard(
      LapDetector detector,
      List<Integer> recognisedAt,
      List<Integer> periods,
      List<Integer> lostAt) {
    static Heard of(long[] stream) {
      LapDetector detector = new LapDetector();
      List<Integer> recognised = new ArrayList<>();
      List<Integer> periods = new ArrayList<>();
      List<Integer> lost = new ArrayList<>();
      for (int i = 0; i < stream.length; i++) {
        detector.add(stream[i]);
        if (detector.recognised()) {
          recognised.add(i);
          periods.add(detector.period());
        }
        if (detector.lost()) {
          lost.add(i);
        }
      }
      return new Heard(detector, recognised, periods, lost);
    }
  }

  private static long[] distinct(int count, long from) {
    return LongStream.range(from, from + count).toArray();
  }

  private static long[] joined(long[]... parts) {
    return List.of(parts).stream().flatMapToLong(LongStream::of).toArray();
  }

  private static long[] repeated(long[] lap, int times) {
    long[][] parts = new long[times][];
    Arrays.fill(parts, lap);
    return joined(parts);
  }

  @Property
  void aLapIsRecognisedByTheEndOfItsSecond(
      @ForAll @IntRange(min = 1, max = 500) int period,
      @ForAll @IntRange(min = 0, max = 100) int before) {
    long[] stream = joined(distinct(before, 1_000_000), repeated(distinct(period, 0), 10));
    Heard heard = Heard.of(stream);
    int soonest = before + Math.max(2 * period, period + LapCandidate.LEAST_HITS);
    assertThat(heard.recognisedAt()).hasSize(1);
    assertThat(heard.recognisedAt().getFirst()).isEqualTo(soonest - 1);
    assertThat(heard.lostAt()).isEmpty();
    assertThat(heard.detector().period()).isEqualTo(period);
    assertThat(heard.detector().start()).isEqualTo(before);
    assertThat(heard.detector().laps()).isEqualTo(10);
    assertThat(heard.detector().position()).isEqualTo(period - 1);
    assertThat(heard.detector().expected()).isZero();
    for (int step = 0; step < period; step++) {
      assertThat(heard.detector().symbol(step)).isEqualTo(step);
    }
  }

  /** Launches that come several times in a lap, which any short memory would take for the lap. */
  @Property(tries = 200)
  void loopsInsideOfALapAreNotTakenForIt(
      @ForAll @IntRange(min = 1, max = 10) int inner,
      @ForAll @IntRange(min = 2, max = 20) int repeats,
      @ForAll @IntRange(min = 2, max = 10) int loops) {
    long[][] parts = new long[loops][];
    for (int i = 0; i < loops; i++) {
      parts[i] = repeated(distinct(inner, i * 100L), repeats);
    }
    long[] lap = joined(parts);
    Heard heard = Heard.of(repeated(lap, 6));
    assertThat(heard.detector().period()).isEqualTo(lap.length);
    assertThat(heard.detector().laps()).isEqualTo(6);
    // A step for each 64 it has to look back, on top of two laps.
    int which = heard.periods().indexOf(lap.length);
    assertThat(heard.recognisedAt().get(which))
        .isLessThanOrEqualTo(2 * lap.length + lap.length / 64 + LapCandidate.LEAST_HITS);
  }

  /** Up to one launch in fifty is too many, missing or another. */
  @Property(tries = 200)
  void aLapIsFollowedThroughNoise(
      @ForAll Random random, @ForAll @IntRange(min = 20, max = 400) int period) {
    long[] clean = repeated(distinct(period, 0), 3);
    long[] noisy = noisy(repeated(distinct(period, 0), 40), random, 0.02);
    LapDetector detector = new LapDetector();
    LongStream.of(clean).forEach(detector::add);
    int placed = 0;
    for (long symbol : noisy) {
      detector.add(symbol);
      assertThat(detector.lost()).isFalse();
      if (detector.position() >= 0) {
        placed++;
        // The lap that is followed may have noise of its own; but this symbol is where it says.
        assertThat(detector.symbol(detector.position())).isEqualTo(symbol);
      }
    }
    assertThat(detector.period()).isBetween(period - 8, period + 8);
    assertThat(placed).isGreaterThan(noisy.length * 8 / 10);
    assertThat(detector.laps()).isBetween(41L, 45L);
  }

  private static long[] noisy(long[] stream, Random random, double share) {
    LongStream.Builder noisy = LongStream.builder();
    for (long symbol : stream) {
      if (random.nextDouble() >= share) {
        noisy.add(symbol);
        continue;
      }
      switch (random.nextInt(3)) {
        case 0 -> noisy.add(1_000_000L + random.nextInt(1000)).add(symbol);
        case 1 -> noisy.add(2_000_000L + random.nextInt(1000));
        default -> {} // left out
      }
    }
    return noisy.build().toArray();
  }

  @Property(tries = 100)
  void anotherLapIsNoticedWithinTwoOfIt(
      @ForAll @IntRange(min = 10, max = 200) int first,
      @ForAll @IntRange(min = 10, max = 200) int second) {
    long[] before = repeated(distinct(first, 0), 5);
    long[] after = repeated(distinct(second, 10_000), 5);
    Heard heard = Heard.of(joined(before, after));
    assertThat(heard.recognisedAt()).hasSize(2);
    assertThat(heard.recognisedAt().getLast()).isEqualTo(before.length + 2 * second - 1);
    assertThat(heard.detector().period()).isEqualTo(second);
    assertThat(heard.detector().start()).isEqualTo(before.length);
  }

  @Property(tries = 50)
  void whatNeverRepeatsIsNoLap(@ForAll Random random) {
    long[] stream = random.longs(2000).toArray();
    Heard heard = Heard.of(stream);
    assertThat(heard.recognisedAt()).isEmpty();
    assertThat(heard.detector().period()).isZero();
    assertThat(heard.detector().position()).isEqualTo(-1);
  }

  /** The table of places and the history are renewed many times, and laps are as long as can be. */
  @Property(tries = 2)
  void theLongestLapIsFoundAfterALongWhile(@ForAll Random random) {
    LapDetector detector = new LapDetector();
    random.longs(1_000_000).forEach(detector::add);
    assertThat(detector.period()).isZero();
    for (int i = 0; i < 2 * LapDetector.LONGEST_LAP; i++) {
      detector.add(i % LapDetector.LONGEST_LAP);
    }
    assertThat(detector.period()).isEqualTo(LapDetector.LONGEST_LAP);
    assertThat(detector.start()).isEqualTo(1_000_000);
  }
}
