package io.spillway.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.benchmarks.trace.Effect;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceBuilder;
import io.spillway.range.Blocks;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Belady's choice against trying everything, on a few pages. */
final class LeastTrafficProperties {

  private static final long UNIT = 1 << 20;
  private static final int UNITS = 5;

  /** Each launch touches one or two of five pieces; the bits of a step say which and how. */
  private static Trace trace(List<Integer> steps) {
    TraceBuilder builder = new TraceBuilder("t");
    int region = builder.filledRegion("data", UNITS * UNIT);
    for (int step : steps) {
      builder.launch("l", 0, 0);
      builder.touch(region, step % UNITS * UNIT, UNIT, effect(step / UNITS), 1);
      int second = step / (UNITS * 3) % UNITS;
      if (second != step % UNITS) {
        builder.touch(region, second * UNIT, UNIT, Effect.READ, 1);
      }
    }
    return builder.build();
  }

  private static Effect effect(int choice) {
    return Effect.values()[choice % Effect.values().length];
  }

  @Property(tries = 400)
  void nothingBringsInLess(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 0, max = 74) Integer> steps,
      @ForAll @IntRange(min = 1, max = 4) int capacity) {
    Trace trace = trace(steps);
    long least = new LeastTraffic(trace, new Segments(trace), capacity * UNIT, 1).bytesIn() / UNIT;
    assertThat(least).isEqualTo(exhaustive(trace, capacity, 0, 0, new HashMap<>()));
  }

  @Property(tries = 400)
  void nothingBringsInLessFromSomeLaunchOn(
      @ForAll @Size(min = 2, max = 8) List<@IntRange(min = 0, max = 74) Integer> steps,
      @ForAll @IntRange(min = 1, max = 4) int capacity,
      @ForAll @IntRange(min = 1, max = 7) int launch) {
    Trace trace = trace(steps);
    int from = Math.min(launch, trace.launches() - 1);
    long best = Long.MAX_VALUE;
    for (int kept = 0; kept < 1 << UNITS; kept++) {
      if (Integer.bitCount(kept) <= capacity) {
        best = Math.min(best, exhaustive(trace, capacity, from, kept, new HashMap<>()));
      }
    }
    LeastTraffic least = LeastTraffic.since(from, trace, new Segments(trace), capacity * UNIT);
    assertThat(least.bytesIn() / UNIT).isEqualTo(best);
    assertThat(least.bytesIn()).as("before").isLessThanOrEqualTo(wholeFrom(trace, from, capacity));
  }

  /** Also of what was never written, sparse ranges, and contents that die. */
  @Property(tries = 1000)
  void noOtherChoiceOfVictimsBringsInLess(
      @ForAll @LongRange(min = 0, max = 1_000_000) long seed,
      @ForAll @DoubleRange(min = 1.05, max = 6) double ratio,
      @ForAll @DoubleRange(min = 0.1, max = 1) double dirtyWeight) {
    Trace trace = RandomTraces.of(seed);
    Segments segments = new Segments(trace);
    long capacity = (long) (new TraceBlocks(trace).count() * Blocks.BYTES / ratio);
    long other = new LeastTraffic(trace, segments, capacity, dirtyWeight).bytesIn();
    assertThat(new LeastTraffic(trace, segments, capacity, 1).bytesIn()).isLessThanOrEqualTo(other);
  }

  @Example
  void whatWasNeverWrittenIsNotWorthKeeping() {
    TraceBuilder builder = new TraceBuilder("unwritten");
    int empty = builder.emptyRegion("empty", UNIT);
    int data = builder.filledRegion("data", UNIT);
    builder.launch("read", 0, 0).reads(data, 0, UNIT);
    builder.launch("read", 1, 0).reads(empty, 0, UNIT);
    builder.launch("read", 2, 0).reads(empty, 0, UNIT);
    builder.launch("read", 3, 0).reads(data, 0, UNIT);
    Trace trace = builder.build();
    assertThat(new LeastTraffic(trace, new Segments(trace), UNIT, 1).bytesIn()).isEqualTo(UNIT);
  }

  private static long wholeFrom(Trace trace, int from, int capacity) {
    LeastTraffic whole = new LeastTraffic(trace, new Segments(trace), capacity * UNIT, 1);
    return IntStream.range(from, trace.launches()).mapToLong(whole::in).sum();
  }

  /** The fewest pieces brought in from launch {@code i} on, {@code kept} being on the device. */
  private static long exhaustive(
      Trace trace, int capacity, int i, int kept, Map<Integer, Long> known) {
    if (i == trace.launches()) {
      return 0;
    }
    int state = i << UNITS | kept;
    Long before = known.get(state);
    if (before != null) {
      return before;
    }
    long brought = 0;
    int here = kept;
    for (var touch : trace.launch(i).touches()) {
      int piece = 1 << (int) (touch.offset() / UNIT);
      if ((here & piece) == 0 && touch.effect().needsContents()) {
        brought++;
      }
      here |= piece;
    }
    long best = Long.MAX_VALUE;
    for (int keep = 0; keep < 1 << UNITS; keep++) {
      if ((keep & ~here) == 0 && Integer.bitCount(keep) <= capacity) {
        best = Math.min(best, exhaustive(trace, capacity, i + 1, keep, known));
      }
    }
    known.put(state, brought + best);
    return brought + best;
  }

  @Example
  void aCycleKeepsWhatFits() {
    TraceBuilder builder = new TraceBuilder("cycle");
    int region = builder.readOnlyRegion("weights", 10 * UNIT);
    for (int lap = 0; lap < 5; lap++) {
      for (int layer = 0; layer < 10; layer++) {
        builder.launch("layer", layer, 0).reads(region, layer * UNIT, UNIT);
      }
    }
    Trace trace = builder.build();
    LeastTraffic least = new LeastTraffic(trace, new Segments(trace), 4 * UNIT, 1);
    // All once, then six of ten each lap.
    assertThat(least.bytesIn()).isEqualTo((10 + 4 * 6) * UNIT);
    assertThat(least.bytesOut()).isZero();
    assertThat(least.leastBytesOut()).isZero();
  }

  @Example
  void aSteadyLapOfACycleBringsInWhatDoesNotFit() {
    TraceBuilder builder = new TraceBuilder("cycle");
    int region = builder.readOnlyRegion("weights", 10 * UNIT);
    for (int lap = 0; lap < 5; lap++) {
      builder.lap();
      for (int layer = 0; layer < 10; layer++) {
        builder.launch("layer", layer, 0).reads(region, layer * UNIT, UNIT);
      }
    }
    Trace trace = builder.build();
    assertThat(trace.steadyLaps()).isEqualTo(2);
    assertThat(trace.steadyStart()).hasValue(30);
    LeastTraffic least = LeastTraffic.since(30, trace, new Segments(trace), 4 * UNIT);
    assertThat(least.bytesIn()).isEqualTo(2 * 6 * UNIT);
  }

  @Example
  void whatDiedBeforeIsNotBroughtAlong() {
    TraceBuilder builder = new TraceBuilder("scratch");
    int region = builder.emptyRegion("scratch", 2 * UNIT);
    builder.launch("make", 0, 0).writes(region, 0, 2 * UNIT).dies(region, 0, UNIT);
    builder.launch("use", 0, 0).reads(region, 0, UNIT);
    builder.launch("use", 1, 0).reads(region, UNIT, UNIT);
    Trace trace = builder.build();
    LeastTraffic least = LeastTraffic.since(1, trace, new Segments(trace), UNIT);
    assertThat(least.bytesIn()).as("the dead is not there, the other fits").isZero();
    assertThat(trace.steadyStart()).isEmpty();
  }

  @Example
  void whatTheDeviceMadeAndCannotHoldGoesOut() {
    TraceBuilder builder = new TraceBuilder("activations");
    int region = builder.emptyRegion("activations", 10 * UNIT);
    for (int layer = 0; layer < 10; layer++) {
      builder.launch("forward", layer, 0).writes(region, layer * UNIT, UNIT);
    }
    for (int layer = 9; layer >= 0; layer--) {
      builder
          .launch("backward", layer, 0)
          .reads(region, layer * UNIT, UNIT)
          .dies(region, layer * UNIT, UNIT);
    }
    Trace trace = builder.build();
    LeastTraffic least = new LeastTraffic(trace, new Segments(trace), 4 * UNIT, 1);
    assertThat(least.bytesIn()).isEqualTo(6 * UNIT);
    assertThat(least.bytesOut()).isEqualTo(6 * UNIT);
    assertThat(least.leastBytesOut()).isEqualTo(6 * UNIT);
  }
}
