package io.spillway.benchmarks.jmh;

import io.spillway.access.AccessKind;
import io.spillway.predict.Predictor;
import io.spillway.predict.ScheduleFollower;
import io.spillway.predict.Touches;
import io.spillway.range.Blocks;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** What one launch of two ranges costs the predictor, in a lap of so many distinct launches. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class PredictedLaunch {

  private static final long BASE = 1L << 40;

  /** Distinct launches in the lap. */
  @Param({"10", "1000", "100000"})
  private int launches = 10;

  /** Whether an earlier run tells the lap, or this one has shown it. */
  @Param({"false", "true"})
  private boolean recorded;

  private final Predictor predictor = new Predictor();
  private final Touches touches = new Touches();
  private int next;

  /** Called by JMH. */
  public PredictedLaunch() {}

  /** Goes over the lap until all of it is expected. */
  @Setup
  public void followTheLap() {
    if (recorded) {
      int[] lap = IntStream.range(0, launches).toArray();
      ScheduleFollower follower = new ScheduleFollower(predictor.launches(), new int[0], lap);
      for (int i = 0; i < launches; i++) {
        follower.place(i, predictor.launches().intern(touches(i)));
      }
      predictor.expect(follower);
    }
    for (int i = 0; i < 3 * launches; i++) {
      observe();
    }
    if (!predictor.inLap()) {
      throw new IllegalStateException("a lap of " + launches + " launches was not recognised");
    }
  }

  /** One launch, and the next one expected. */
  @Benchmark
  public int observe() {
    Touches launch = touches(next);
    next = next + 1 == launches ? 0 : next + 1;
    predictor.observe(launch, (origin, candidate, bytes) -> false);
    return predictor.depth() > 0 ? predictor.launch(1) : 0;
  }

  private Touches touches(int launch) {
    return launch(launch, touches);
  }

  /** The launch of that number, into {@code touches}. */
  static Touches launch(int number, Touches touches) {
    long address = BASE + number * (2 * Blocks.BYTES);
    return touches
        .begin(address >> 1)
        .add(address, Blocks.BYTES, AccessKind.READ)
        .add(address + Blocks.BYTES, Blocks.BYTES, AccessKind.WRITE);
  }
}
