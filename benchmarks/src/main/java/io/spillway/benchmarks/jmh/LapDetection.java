package io.spillway.benchmarks.jmh;

import io.spillway.profile.LapDetector;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
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

/** What finding and following laps adds to a launch. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 2, jvmArgsAppend = "-XX:+UseSerialGC")
public class LapDetection {

  /** Launches in a lap; the last is longer than any that is found. */
  @Param({"10", "1000", "50000", "100000"})
  public int period;

  private LapDetector laps = new LapDetector();
  private LapDetector noLaps = new LapDetector();
  private LapDetector fewSymbols = new LapDetector();
  private SplittableRandom random = new SplittableRandom(1);
  private int step;

  /** Called by JMH. */
  public LapDetection() {}

  /** Two laps and a half, so that the lap is known. */
  @Setup
  public void begin() {
    laps = new LapDetector();
    noLaps = new LapDetector();
    fewSymbols = new LapDetector();
    random = new SplittableRandom(1);
    for (int i = 0; i < 5 * period / 2; i++) {
      follow();
    }
  }

  /** A lap that is known. */
  @Benchmark
  public int follow() {
    laps.add(step);
    step = step + 1 == period ? 0 : step + 1;
    return laps.position();
  }

  /** Launches that never repeat. */
  @Benchmark
  public int novel() {
    noLaps.add(random.nextLong());
    return noLaps.position();
  }

  /** As few different launches as a lap has, in no order. */
  @Benchmark
  public int disorder() {
    fewSymbols.add(random.nextInt(period));
    return fewSymbols.position();
  }
}
