package io.spillway.benchmarks.compare;

import io.spillway.benchmarks.trace.Characteristic;
import io.spillway.benchmarks.trace.Effect;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceBuilder;
import java.util.SplittableRandom;

/** Small traces of all sorts, one for each seed. */
final class RandomTraces {

  private static final long BLOCK = 2 << 20;

  private RandomTraces() {}

  /** Read-only, filled and empty regions; whole and odd ranges; laps, densities and deaths. */
  static Trace of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    TraceBuilder trace =
        new TraceBuilder("random-" + seed)
            .tells(Characteristic.READ_ONLY_KNOWN)
            .tells(Characteristic.LIFETIMES)
            .tells(Characteristic.CYCLIC)
            .tells(Characteristic.COMPUTE_TIMES);
    long[] sizes = new long[3];
    for (int region = 0; region < sizes.length; region++) {
      sizes[region] = random.nextLong(1, 12) * BLOCK - (random.nextBoolean() ? 0 : 5000);
    }
    trace.readOnlyRegion("weights", sizes[0]);
    trace.filledRegion("data", sizes[1]);
    trace.emptyRegion("scratch", sizes[2]);
    int laps = random.nextInt(1, 4);
    int launches = random.nextInt(1, 7);
    long lapSeed = random.nextLong();
    for (int lap = 0; lap < laps; lap++) {
      SplittableRandom same = new SplittableRandom(lapSeed);
      trace.lap();
      for (int launch = 0; launch < launches; launch++) {
        launch(trace, same, sizes, launch);
      }
    }
    return trace.build();
  }

  private static void launch(
      TraceBuilder trace, SplittableRandom random, long[] sizes, int ordinal) {
    long nanos = random.nextInt(3) * 100_000L;
    trace.launch("l", ordinal, nanos);
    int touches = random.nextInt(1, 4);
    for (int t = 0; t < touches; t++) {
      int region = random.nextInt(sizes.length);
      long offset = random.nextLong(sizes[region]);
      offset = random.nextBoolean() ? offset / BLOCK * BLOCK : offset;
      long bytes = Math.min(random.nextLong(1, 5 * BLOCK), sizes[region] - offset);
      bytes = Math.max(1, bytes);
      Effect effect =
          region == 0 ? Effect.READ : Effect.values()[random.nextInt(Effect.values().length)];
      // Sparse pages are rounded, and computing is spread over pages: not both in one launch.
      boolean sparse = random.nextInt(4) == 0 && nanos == 0;
      trace.touch(region, offset, bytes, effect, sparse ? 0.3 : 1);
      if (region == 2 && random.nextInt(3) == 0) {
        trace.dies(region, offset, bytes);
      }
    }
  }
}
