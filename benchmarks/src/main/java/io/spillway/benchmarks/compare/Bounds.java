package io.spillway.benchmarks.compare;

import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.driver.sim.GpuModel;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * What no policy can pass on a trace, a GPU and a budget.
 *
 * @param residentSeconds with everything in device memory
 * @param leastBytesIn bytes that must come in
 * @param leastBytesOut bytes that must go out
 * @param seconds the bound: the longest of computing, of what must come in, of what must go out
 * @param oracle Belady's choices on a link without overhead: bytes, and the seconds they take
 * @param steady the same of the trace's steady laps; empty if it has none
 */
public record Bounds(
    double residentSeconds,
    long leastBytesIn,
    long leastBytesOut,
    double seconds,
    Oracle oracle,
    Optional<Steady> steady) {

  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * A schedule that knows the future.
   *
   * @param seconds what it takes
   * @param bytesIn what it brings in
   * @param bytesOut what it writes back
   */
  public record Oracle(double seconds, long bytesIn, long bytesOut) {}

  /**
   * What no policy can pass in the steady laps, whatever it did before them: the device may hold
   * what they need soonest when they begin.
   *
   * @param laps how many they are
   * @param residentSeconds of all of them with everything in device memory
   * @param leastBytesIn bytes that must come in meanwhile
   * @param leastBytesOut bytes that must go out meanwhile
   * @param seconds the bound
   * @param oracle the oracle's part in them, which began with what it had kept by then
   */
  public record Steady(
      int laps,
      double residentSeconds,
      long leastBytesIn,
      long leastBytesOut,
      double seconds,
      Oracle oracle) {}

  /** Works them out. */
  public static Bounds of(TraceBlocks blocks, GpuModel model, long budgetBytes) {
    double[] launchSeconds = new SimulatedReplay(blocks, model).residentSeconds();
    Trace trace = blocks.trace();
    Segments segments = new Segments(trace);
    LeastTraffic least = new LeastTraffic(trace, segments, budgetBytes, 1);
    double price = model.pinnedInGBps() / (model.pinnedInGBps() + model.pinnedOutGBps());
    LeastTraffic priced = new LeastTraffic(trace, segments, budgetBytes, price);
    double residentSeconds = Arrays.stream(launchSeconds).sum();
    Schedule plain = new Schedule(model, least, launchSeconds);
    Schedule cheaper = new Schedule(model, priced, launchSeconds);
    Schedule oracle = cheaper.seconds() < plain.seconds() ? cheaper : plain;
    Optional<Steady> steady = Optional.empty();
    if (trace.steadyStart().isPresent()) {
      int from = trace.steadyStart().getAsInt();
      LeastTraffic since = LeastTraffic.since(from, trace, segments, budgetBytes);
      double resident = Arrays.stream(launchSeconds).skip(from).sum();
      double seconds = bound(model, resident, since);
      steady =
          Optional.of(
              new Steady(
                  trace.steadyLaps(),
                  resident,
                  since.bytesIn(),
                  since.leastBytesOut(),
                  seconds,
                  oracle.since(from, seconds)));
    }
    return new Bounds(
        residentSeconds,
        least.bytesIn(),
        least.leastBytesOut(),
        bound(model, residentSeconds, least),
        oracle.since(0, 0),
        steady);
  }

  private static double bound(GpuModel model, double residentSeconds, LeastTraffic least) {
    double linkSeconds =
        Math.max(
            least.bytesIn() / inRate(model) / NANOS_PER_SECOND,
            least.leastBytesOut() / outRate(model) / NANOS_PER_SECOND);
    return Math.max(residentSeconds, linkSeconds);
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
  private static final class Schedule {
    private final LeastTraffic traffic;
    private final double[] starts;
    private final double seconds;

    Schedule(GpuModel model, LeastTraffic traffic, double[] launchSeconds) {
      this.traffic = traffic;
      starts = new double[launchSeconds.length];
      double linkIn = 0;
      double linkOut = 0;
      double end = 0;
      double startBefore = 0;
      for (int i = 0; i < launchSeconds.length; i++) {
        double start = end;
        starts[i] = start;
        if (traffic.in(i) > 0) {
          linkIn = Math.max(linkIn, startBefore) + traffic.in(i) / inRate(model) / NANOS_PER_SECOND;
        }
        end = Math.max(start + launchSeconds[i], traffic.in(i) > 0 ? linkIn : 0);
        linkOut = Math.max(linkOut, end) + traffic.out(i) / outRate(model) / NANOS_PER_SECOND;
        startBefore = start;
      }
      seconds = Math.max(end, linkOut);
    }

    double seconds() {
      return seconds;
    }

    /** From a launch on; what it fetched before that saves no more than the bound allows. */
    Oracle since(int from, double boundSeconds) {
      long in = 0;
      long out = 0;
      for (int i = from; i < starts.length; i++) {
        in += traffic.in(i);
        out += traffic.out(i);
      }
      return new Oracle(Math.max(boundSeconds, seconds - starts[from]), in, out);
    }
  }
}
