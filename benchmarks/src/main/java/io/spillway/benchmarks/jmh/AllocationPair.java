package io.spillway.benchmarks.jmh;

import io.spillway.dropin.SpillwayDriver;
import java.util.concurrent.TimeUnit;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;
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

/**
 * An allocation that fits and its free: through JCuda alone, through the wrapper, and through JCuda
 * under the agent.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dspillway.log=off"})
public class AllocationPair {

  private static final String AGENT = "-javaagent:samples/target/spillway.jar";

  /** Below the smallest size that is redirected, and above: then the card is asked what it has. */
  @Param({"1048576", "67108864"})
  public long bytes;

  private final CUdeviceptr pointer = new CUdeviceptr();

  /** Called by JMH. */
  public AllocationPair() {}

  /** Starts the stub. */
  @Setup
  public void start() {
    Stub.start();
  }

  /** JCuda as it is. */
  @Benchmark
  public int plain() {
    return JCudaDriver.cuMemAlloc(pointer, bytes) + JCudaDriver.cuMemFree(pointer);
  }

  /** Changed imports. */
  @Benchmark
  public int wrapper() {
    return SpillwayDriver.cuMemAlloc(pointer, bytes) + SpillwayDriver.cuMemFree(pointer);
  }

  /** The same as {@link #plain}, transformed. */
  @Benchmark
  @Fork(
      value = 2,
      jvmArgsAppend = {"--enable-native-access=ALL-UNNAMED", "-Dspillway.log=off", AGENT})
  public int agent() {
    return JCudaDriver.cuMemAlloc(pointer, bytes) + JCudaDriver.cuMemFree(pointer);
  }
}
