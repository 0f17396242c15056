package io.spillway.driver.sim;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.spillway.driver.Location;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;

/**
 * The model held to the measurements: the same experiments, each within 15% of what the H200 took,
 * the cyclic weight stream within 25%. Names are the rows of the measurements.
 */
class H200CalibrationTest {

  private static final System.Logger LOG = System.getLogger(H200CalibrationTest.class.getName());
  private static final long KIB = 1024;
  private static final long MIB = 1L << 20;
  private static final long GIB = 1L << 30;

  /** A row: measured from {@code low} to {@code high}, equal where one figure is given. */
  private record Row(String name, double low, double high, double simulated, double margin) {

    double error() {
      double nearest = Math.clamp(simulated, low, high);
      return simulated / nearest - 1;
    }

    boolean holds() {
      return Math.abs(error()) <= margin;
    }

    @Override
    public String toString() {
      String measured = low == high ? "%.4g".formatted(low) : "%.4g..%.4g".formatted(low, high);
      return String.format(
          Locale.ROOT,
          "%-36s %14s %10.4g %+7.1f%%%s",
          name,
          measured,
          simulated,
          100 * error(),
          holds() ? "" : "  BEYOND " + Math.round(100 * margin) + "%");
    }
  }

  private final List<Row> rows = new ArrayList<>();
  private double margin = 0.15;

  private void row(String name, double measured, ToDoubleFunction<H200Experiment> experiment) {
    row(name, measured, measured, experiment.applyAsDouble(new H200Experiment()));
  }

  private void row(String name, double low, double high, double simulated) {
    rows.add(new Row(name, low, high, simulated, margin));
  }

  private void check() {
    StringBuilder table =
        new StringBuilder(
            String.format("%n%-36s %14s %10s %8s%n", "row", "measured", "simulated", "error"));
    rows.forEach(row -> table.append(row).append(System.lineSeparator()));
    LOG.log(System.Logger.Level.INFO, table.toString());
    assertTrue(rows.stream().allMatch(Row::holds), table.toString());
  }

  @Test
  void copiesAndKernels() {
    row("pinned.h2d", 55.4, e -> e.pinnedCopy(true, 2 * GIB));
    row("pinned.d2h", 55.3, e -> e.pinnedCopy(false, 2 * GIB));
    row("pinned.both", 50.8, H200Experiment::pinnedBoth);
    points(17.8, 36.2, 48.4, 51.7, 55.0, 55.3)
        .on(64 * KIB, 256 * KIB, MIB, 2 * MIB, 16 * MIB, 64 * MIB)
        .forEach(
            (size, rate) -> row("pinned.h2d.chunk " + size, rate, e -> e.pinnedCopy(true, size)));
    row("device.read", 4470, H200Experiment::deviceRead);
    row("zerocopy.pinned", 51.2, H200Experiment::zeroCopyPinned);
    row("zerocopy.managed", 51.2, H200Experiment::zeroCopyManaged);
    row("memcpy.managed.d2h", 52.6, e -> e.managedCopy(false));
    row("memcpy.managed.h2d", 51.3, e -> e.managedCopy(true));
    row("firsttouch.host", 9.1, 11.7, new H200Experiment().hostFirstTouch());
    check();
  }

  @Test
  void faults() {
    row("fault.h2d first", 5.62, H200Experiment::faultFirst);
    row("fault.h2d second", 11.91, H200Experiment::faultSecond);
    row("fault.h2d.readmostly", 16.52, H200Experiment::faultReadMostly);
    row("readmostly.gpuwrite", 0.05, H200Experiment::readMostlyGpuWrite);
    row("readmostly.hostwrite", 1.3, H200Experiment::readMostlyHostWrite);
    row("readmostly.hostwrite next read", 5.9, H200Experiment::readAfterHostWrite);
    check();
  }

  @Test
  void prefetching() {
    points(16.9, 34.2, 39.8, 46.2, 49.0, 50.6)
        .on(2 * MIB, 8 * MIB, 32 * MIB, 128 * MIB, 512 * MIB, 6 * GIB)
        .forEach((size, rate) -> row("prefetch.h2d " + size, rate, e -> e.prefetchIn(size)));
    points(1, 0.97, 0.7, 0.015)
        .on(2 * MIB, 8 * MIB, 32 * MIB, 128 * MIB)
        .forEach((size, part) -> row("prefetch.h2d.issue " + size, part, e -> e.issuePart(size)));
    points(12.1, 11.1, 12.0, 14.7, 14.9, 17.2)
        .on(2 * MIB, 8 * MIB, 32 * MIB, 128 * MIB, 512 * MIB, 6 * GIB)
        .forEach((size, rate) -> row("prefetch.d2h " + size, rate, e -> e.prefetchOut(size)));
    row("prefetch.d2h.first", 4.0, H200Experiment::prefetchOutFirst);
    row("prefetch.d2h.again", 12.5, 16.8, new H200Experiment().prefetchOut(6 * GIB));
    row("prefetch.untouched", 247.4, H200Experiment::prefetchUntouched);
    row("prefetch.both", 6.7, 11.6, new H200Experiment().prefetchBoth());
    row("prefetch.resident us", 1.8, H200Experiment::prefetchResidentMicrosPerBlock);
    row("prefetch.batch.32M", 44.1, H200Experiment::prefetchBatch);
    row("prefetch.overlap", 36.5, H200Experiment::prefetchOverlap);
    check();
  }

  @Test
  void readMostlyAndDiscard() {
    points(11.3, 41.4, 47.0, 43.3, 42.3, 49.9, 50.3)
        .on(2 * MIB, 16 * MIB, 64 * MIB, 128 * MIB, 256 * MIB, GIB, 6 * GIB)
        .forEach(
            (size, rate) ->
                row("readmostly.prefetch " + size, rate, e -> e.readMostlyPrefetch(size)));
    row("readmostly.prefetch.threads", 50.4, H200Experiment::readMostlyPrefetchThreads);
    points(420.8, 14.2, 8.5, 8.8, 8.2, 8.6, 9.0)
        .on(2 * MIB, 16 * MIB, 64 * MIB, 128 * MIB, 256 * MIB, GIB, 6 * GIB)
        .forEach(
            (size, ms) -> row("readmostly.drop ms " + size, ms, e -> e.readMostlyDropMillis(size)));
    row("readmostly.set.first ms/GiB", 80, 98, new H200Experiment().readMostlySetMillisPerGib());
    double[] before = new H200Experiment().readMostlyBeforeFill();
    row("readmostly.beforefill fill", 1.6, 1.6, before[0]);
    row("readmostly.beforefill prefetch", 10.3, 10.3, before[1]);
    row("discard us", 6.5, H200Experiment::discardMicrosPerBlock);
    row("discard_prefetch.h2d", 100, e -> e.discardPrefetch(Location.device(0)));
    row("discard_prefetch.d2h", 13, e -> e.discardPrefetch(Location.HOST));
    check();
  }

  @Test
  void cyclicWeightStream() {
    margin = 0.25;
    row("cyclic in_core", 0.072, 0.072, new CyclicStream().allResident());
    row("cyclic link_bound", 0.174, 0.174, new CyclicStream().linkBound());
    row("cyclic explicit_kept12_ring4", 0.175, 0.175, new CyclicStream().ring(12));
    row("cyclic explicit_ring4", 0.243, 0.243, new CyclicStream().ring(0));
    row("cyclic managed_kept12", 0.214, 0.245, new CyclicStream().managed(12));
    row("cyclic managed_stream_all", 0.290, 0.290, new CyclicStream().managed(0));
    row("cyclic fault_lru_drop", 1.10, 1.10, new CyclicStream().faults(true));
    row("cyclic fault_lru_writeback", 2.39, 2.58, new CyclicStream().faults(false));
    row("cyclic zerocopy_1_read", 0.251, 0.251, new CyclicStream().zeroCopy(1));
    row("cyclic zerocopy_20_reads", 5.02, 5.02, new CyclicStream().zeroCopy(20));
    check();
  }

  private static Points points(double... measured) {
    return new Points(measured);
  }

  /** Measured figures, to be put to piece sizes in bytes. */
  private static final class Points {
    private final double[] measured;

    Points(double... measured) {
      this.measured = measured;
    }

    Map<Long, Double> on(long... sizes) {
      Map<Long, Double> bySize = new LinkedHashMap<>();
      for (int i = 0; i < sizes.length; i++) {
        bySize.put(sizes[i], measured[i]);
      }
      return bySize;
    }
  }
}
