package io.spillway.advise.report;

import io.spillway.profile.AllocationProfile;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Columns;
import io.spillway.profile.Direction;
import io.spillway.profile.HeatMap;
import io.spillway.profile.HeatMeasure;
import io.spillway.profile.LaunchSiteProfile;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.Measure;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileTotals;
import io.spillway.profile.RecordingFacts;
import io.spillway.profile.TimeMeasure;
import io.spillway.profile.Timeline;
import io.spillway.profile.TransferCause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the page's script draws, as it becomes JSON: seconds and bytes throughout, and nothing that
 * is zero everywhere.
 *
 * @param title what was recorded
 * @param recording how and on what
 * @param totals sums
 * @param time the course of the recording
 * @param heat by address and time
 * @param allocations the address axis
 * @param sites launch sites, those with the most fault time first
 * @param hints what follows
 */
record PageData(
    String title,
    Facts recording,
    Totals totals,
    Time time,
    Heat heat,
    List<Allocated> allocations,
    List<Site> sites,
    List<HintRow> hints) {

  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * More launch sites than anyone reads: the page keeps those with the most fault time, and says
   * how many there were.
   */
  private static final int MOST_SITES = 500;

  record Facts(
      MachineFigures machine,
      List<String> tools,
      List<String> missing,
      Map<String, Long> dropped,
      double recordingSeconds) {}

  record Totals(
      long launches,
      double kernelSeconds,
      double faultSeconds,
      long gpuFaults,
      long cpuFaults,
      long bytesToDevice,
      long bytesToHost,
      long sites,
      long unknownAddresses,
      long unattributed,
      long lateEvents,
      Map<TransferCause, Long> toDevice,
      Map<TransferCause, Long> toHost) {}

  /**
   * @param columns a number for each bin; {@link Measure#NEVER} where nothing is known
   */
  record Time(boolean deviceTime, double binSeconds, int bins, Map<TimeMeasure, long[]> columns) {}

  /**
   * @param cells for each measure triples of bin, row and value, zero values left out
   */
  record Heat(
      int rows,
      int bins,
      double binSeconds,
      long blocksPerRow,
      Map<HeatMeasure, List<long[]>> cells) {}

  record Allocated(
      String site,
      String label,
      String kind,
      long bytes,
      long instances,
      long firstRow,
      long lastRow,
      long gpuFaults,
      long cpuFaults,
      long bytesToDevice,
      long bytesToHost) {}

  record Site(
      String label,
      String function,
      String kind,
      long launches,
      double runSeconds,
      double stallSeconds,
      long gpuFaults,
      long bytesToDevice,
      long bytesToHost) {}

  static PageData of(String title, Profile profile, List<HintRow> hints) {
    return new PageData(
        title,
        facts(profile.recording()),
        totals(profile.totals(), profile.sites().size()),
        time(profile.timeline()),
        heat(profile.timeline().heat()),
        profile.allocations().stream()
            .map(each -> allocated(each, profile.timeline().heat()))
            .toList(),
        profile.sites().stream()
            .sorted(Comparator.comparingLong(LaunchSiteProfile::stallNanos).reversed())
            .limit(MOST_SITES)
            .map(PageData::site)
            .toList(),
        List.copyOf(hints));
  }

  private static Facts facts(RecordingFacts facts) {
    return new Facts(
        facts.machine(), facts.tools(), facts.missing(), facts.dropped(), facts.recordingSeconds());
  }

  private static Totals totals(ProfileTotals totals, long sites) {
    return new Totals(
        totals.launches(),
        totals.kernelNanos() / NANOS_PER_SECOND,
        totals.faultNanos() / NANOS_PER_SECOND,
        totals.gpuFaults(),
        totals.cpuFaults(),
        totals.bytes(Direction.TO_DEVICE),
        totals.bytes(Direction.TO_HOST),
        sites,
        totals.unknownAddresses(),
        totals.unattributed(),
        totals.lateEvents(),
        totals.bytesToDevice(),
        totals.bytesToHost());
  }

  private static Time time(Timeline timeline) {
    Columns<TimeMeasure> bins = timeline.bins();
    Map<TimeMeasure, long[]> columns = new LinkedHashMap<>();
    for (TimeMeasure measure : TimeMeasure.values()) {
      if (bins.has(measure)) {
        columns.put(measure, bins.column(measure));
      }
    }
    return new Time(
        timeline.deviceTime(), timeline.binNanos() / NANOS_PER_SECOND, bins.rows(), columns);
  }

  private static Heat heat(HeatMap heat) {
    Map<HeatMeasure, List<long[]>> cells = new LinkedHashMap<>();
    for (HeatMeasure measure : HeatMeasure.values()) {
      if (heat.cells().has(measure)) {
        cells.put(measure, cells(heat, measure));
      }
    }
    return new Heat(
        heat.rows(), heat.bins(), heat.binNanos() / NANOS_PER_SECOND, heat.blocksPerRow(), cells);
  }

  private static List<long[]> cells(HeatMap heat, HeatMeasure measure) {
    List<long[]> cells = new ArrayList<>();
    for (int row = 0; row < heat.rows(); row++) {
      for (int bin = 0; bin < heat.bins(); bin++) {
        long value = heat.get(measure, row, bin);
        if (value > 0) {
          cells.add(new long[] {bin, row, value});
        }
      }
    }
    return cells;
  }

  private static Allocated allocated(AllocationProfile allocation, HeatMap heat) {
    Columns<BlockMeasure> blocks = allocation.blocks();
    long first = allocation.firstBlock() / heat.blocksPerRow();
    long last = (allocation.firstBlock() + Math.max(1, blocks.rows()) - 1) / heat.blocksPerRow();
    return new Allocated(
        allocation.site(),
        allocation.label(),
        allocation.kind().name(),
        allocation.bytes(),
        allocation.instances(),
        first,
        last,
        sum(
            blocks,
            BlockMeasure.GPU_READ_FAULTS,
            BlockMeasure.GPU_WRITE_FAULTS,
            BlockMeasure.GPU_ATOMIC_FAULTS,
            BlockMeasure.GPU_OTHER_FAULTS),
        sum(
            blocks,
            BlockMeasure.CPU_READ_FAULTS,
            BlockMeasure.CPU_WRITE_FAULTS,
            BlockMeasure.CPU_OTHER_FAULTS),
        transferred(blocks, Direction.TO_DEVICE),
        transferred(blocks, Direction.TO_HOST));
  }

  private static long transferred(Columns<BlockMeasure> blocks, Direction direction) {
    long bytes = 0;
    for (TransferCause cause : TransferCause.values()) {
      bytes += blocks.total(BlockMeasure.transferred(direction, cause));
    }
    return bytes;
  }

  private static long sum(Columns<BlockMeasure> blocks, BlockMeasure... measures) {
    long sum = 0;
    for (BlockMeasure measure : measures) {
      sum += blocks.total(measure);
    }
    return sum;
  }

  private static Site site(LaunchSiteProfile site) {
    return new Site(
        site.label(),
        site.function(),
        site.kind().name(),
        site.launches(),
        site.run().totalNanos() / NANOS_PER_SECOND,
        site.stallNanos() / NANOS_PER_SECOND,
        site.gpuFaults(),
        site.bytesToDevice(),
        site.bytesToHost());
  }
}
