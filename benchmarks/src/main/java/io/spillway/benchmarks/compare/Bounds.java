package io.spillway.benchmarks.compare;

import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.driver.sim.GpuModel;
import java.util.Arrays;
import java.util.stream.DoubleStream;

/**
 * What no policy can pass on a trace, a GPU and a budget.
 *
 * @param residentSeconds with everything in device memory
 * @param leastBytesIn bytes that must come in
 * @param leastBytesOut bytes that must go out
 * @param seconds the bound: the longest of computing, of what must come in, of what must go out
 * @param oracle Belady's choices on a link without overhead: bytes, and the seconds they take
 */
public record Bounds(
    double residentSeconds, long leastBytesIn, long leastBytesOut, double seconds, Oracle oracle) {

  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * A schedule that knows the future.
   *
   * @param seconds what it takes
   * @param bytesIn what it brings in
   * @param bytesOut what it writes back
   */
  public record Oracle(double seconds, long bytesIn, long bytesOut) {}

  /** Works them out. */
  public static Bounds of(TraceBlocks blocks, GpuModel model, long budgetBytes) {
    double[] launchSeconds = new SimulatedReplay(blocks, model).residentSeconds();
    Segments segments = new Segments(blocks.trace());
    LeastTraffic least = new LeastTraffic(blocks.trace(), segments, budgetBytes, 1);
    double price = model.pinnedInGBps() / (model.pinnedInGBps() + model.pinnedOutGBps());
    LeastTraffic priced = new LeastTraffic(blocks.trace(), segments, budgetBytes, price);
    double residentSeconds = Arrays.stream(launchSeconds).sum();
    Oracle plain = oracle(model, least, launchSeconds);
    Oracle cheaper = oracle(model, priced, launchSeconds);
    double linkSeconds =
        Math.max(
            least.bytesIn() / inRate(model) / NANOS_PER_SECOND,
            least.leastBytesOut() / outRate(model) / NANOS_PER_SECOND);
    return new Bounds(
        residentSeconds,
        least.bytesIn(),
        least.leastBytesOut(),
        Math.max(residentSeconds, linkSeconds),
        cheaper.seconds() < plain.seconds() ? cheaper : plain);
  }

  /** Bytes per nanosecond, the fastest way in. */
  private static double inRate(GpuModel model) {
    return DoubleStream.of(
            model.pinnedInGBps(),
            model.managedCopyInGBps(),
            model.prefetchLinkGBps(),
            model.zeroCopyGBps())
        .max()
        .orElseThrow();
  }

  /** Bytes per nanosecond, the fastest way out. */
  private static double outRate(GpuModel model) {
    return DoubleStream.of(model.pinnedOutGBps(), model.managedCopyOutGBps(), model.zeroCopyGBps())
        .max()
        .orElseThrow();
  }

  /**
   * The time of that traffic: a launch may start to fetch when the one before it starts, as a
   * double buffer does, and ends no earlier than its last byte is there.
   */
  private static Oracle oracle(GpuModel model, LeastTraffic traffic, double[] launchSeconds) {
    double linkIn = 0;
    double linkOut = 0;
    double end = 0;
    double startBefore = 0;
    for (int i = 0; i < launchSeconds.length; i++) {
      double start = end;
      if (traffic.in(i) > 0) {
        linkIn = Math.max(linkIn, startBefore) + traffic.in(i) / inRate(model) / NANOS_PER_SECOND;
      }
      end = Math.max(start + launchSeconds[i], traffic.in(i) > 0 ? linkIn : 0);
      linkOut = Math.max(linkOut, end) + traffic.out(i) / outRate(model) / NANOS_PER_SECOND;
      startBefore = start;
    }
    return new Oracle(Math.max(end, linkOut), traffic.bytesIn(), traffic.bytesOut());
  }
}
