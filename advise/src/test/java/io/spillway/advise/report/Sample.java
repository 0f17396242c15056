package io.spillway.advise.report;

import io.spillway.allocate.MemoryKind;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Columns;
import io.spillway.profile.DurationSummary;
import io.spillway.profile.HeatMap;
import io.spillway.profile.HeatMeasure;
import io.spillway.profile.LapSchedule;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchSiteProfile;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.Measure;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileTotals;
import io.spillway.profile.RecordingFacts;
import io.spillway.profile.TimeMeasure;
import io.spillway.profile.Timeline;
import io.spillway.profile.TransferCause;
import io.spillway.range.Blocks;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A profile made by hand: two allocations, of which a lap streams the first through a budget. */
final class Sample {
  static final String HOSTILE_LABEL = "</script><b>edges</b>";

  private static final int WEIGHT_BLOCKS = 48;
  private static final int EDGE_BLOCKS = 16;
  static final int BINS = 128;
  private static final long BIN_NANOS = 1_000_000;

  /** How long a block stays, in bins: as many blocks are resident at once. */
  static final int STAY_BINS = 16;

  private Sample() {}

  static Profile profile() {
    return new Profile(
        new RecordingFacts(
            List.of("cupti 13.0"),
            List.of("throttling: not supported by this device"),
            machine(),
            new TreeMap<>(Map.of("cupti", 3L)),
            0.012),
        new ProfileTotals(
            1000,
            BINS * 2L,
            BINS * 2L,
            BINS * BIN_NANOS * 9 / 10,
            BINS * BIN_NANOS / 2,
            BINS * 512L,
            BINS,
            0,
            0,
            2,
            0,
            0,
            Map.of(TransferCause.COHERENCE, BINS * Blocks.BYTES),
            Map.of(TransferCause.EVICTION, BINS / 2 * Blocks.BYTES)),
        List.of(
            allocation(0, "weights", "weights", 0, WEIGHT_BLOCKS),
            allocation(
                1, "com.acme.Graph.load:12#0, 32 MiB", HOSTILE_LABEL, WEIGHT_BLOCKS, EDGE_BLOCKS)),
        List.of(site(0, "layer", 60_000_000), site(1, "expand@com.acme.Graph.step:40", 4_000_000)),
        List.of(),
        LapSchedule.EMPTY,
        new Timeline(true, 0, BIN_NANOS, bins(), heat()));
  }

  static List<HintRow> hints() {
    return List.of(
        new HintRow(
            "weights",
            "all of it",
            "read-mostly",
            "never written on the device in 12 laps",
            64L << 20,
            0.031),
        new HintRow(
            HOSTILE_LABEL,
            "0 to 32 MiB",
            "zero-copy",
            "one touch per lap, 3 of 32 parts",
            8L << 20,
            0.002));
  }

  private static MachineFigures machine() {
    return new MachineFigures(
        "Test GPU",
        true,
        64L << 20,
        32L << 20,
        50e9,
        15e9,
        4e9,
        9e9,
        16e9,
        51e9,
        700e9,
        5e7,
        12e9,
        4e12);
  }

  private static AllocationProfile allocation(
      int index, String site, String label, long firstBlock, int count) {
    Columns.Builder<BlockMeasure> blocks = new Columns.Builder<>(BlockMeasure.class, count);
    for (int block = 0; block < count; block++) {
      blocks.add(BlockMeasure.GPU_READ_FAULTS, block, 512);
      blocks.add(BlockMeasure.TO_DEVICE_COHERENCE, block, Blocks.BYTES);
    }
    long bytes = count * Blocks.BYTES;
    return new AllocationProfile(
        index,
        site,
        label,
        MemoryKind.MANAGED,
        bytes,
        bytes,
        index,
        1,
        (1L << 40) + firstBlock * Blocks.BYTES,
        Measure.NEVER,
        Measure.NEVER,
        firstBlock,
        blocks.build());
  }

  private static LaunchSiteProfile site(int index, String label, long stallNanos) {
    return new LaunchSiteProfile(
        index,
        label,
        "kernel" + index,
        LaunchKind.KERNEL,
        BINS,
        new DurationSummary(BINS, 2 * stallNanos, 100, 200_000, 300_000, 400_000, 500_000),
        BINS * Blocks.BYTES,
        stallNanos,
        BINS * 256L,
        BINS * Blocks.BYTES,
        0);
  }

  private static Columns<TimeMeasure> bins() {
    Columns.Builder<TimeMeasure> bins = new Columns.Builder<>(TimeMeasure.class, BINS);
    for (int bin = 0; bin < BINS; bin++) {
      bins.add(TimeMeasure.LAUNCHES, bin, 2);
      bins.add(TimeMeasure.KERNEL_NANOS, bin, BIN_NANOS * 9 / 10);
      bins.add(TimeMeasure.STALL_NANOS, bin, BIN_NANOS / 2);
      bins.add(TimeMeasure.TO_DEVICE_COHERENCE, bin, 10 * Blocks.BYTES);
      if (bin % 2 == 1) {
        bins.add(TimeMeasure.TO_HOST_EVICTION, bin, 5 * Blocks.BYTES);
        bins.combine(TimeMeasure.RESIDENT_BYTES, bin, Math.min(bin, 16) * Blocks.BYTES);
      }
    }
    return bins.build();
  }

  private static HeatMap heat() {
    int rows = WEIGHT_BLOCKS + EDGE_BLOCKS;
    Columns.Builder<HeatMeasure> cells = new Columns.Builder<>(HeatMeasure.class, rows * BINS);
    for (int bin = 0; bin < BINS; bin++) {
      cells.add(HeatMeasure.GPU_FAULTS, bin % WEIGHT_BLOCKS * BINS + bin, 256);
      cells.add(HeatMeasure.TO_DEVICE_BYTES, bin % WEIGHT_BLOCKS * BINS + bin, Blocks.BYTES);
      for (int later = bin; later < Math.min(bin + STAY_BINS, BINS); later++) {
        cells.set(HeatMeasure.RESIDENT_BYTES, bin % WEIGHT_BLOCKS * BINS + later, Blocks.BYTES);
      }
      if (bin % 4 == 0) {
        cells.add(HeatMeasure.GPU_FAULTS, (WEIGHT_BLOCKS + bin % EDGE_BLOCKS) * BINS + bin, 16);
      }
    }
    return new HeatMap(1, rows, BINS, BIN_NANOS, cells.build());
  }
}
