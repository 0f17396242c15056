package io.spillway.profile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What is collected about one {@link PhaseProfile}. */
final class PhaseRow {

  /** Two laps are one phase's if three quarters of the launches of each are in the other. */
  private static final double LEAST_SHARED = 0.75;

  private final List<Columns.@Nullable Builder<BlockMeasure>> columns = new ArrayList<>();
  private Shape[] steps = new Shape[0];
  private long[] symbols = new long[0];
  private int period;
  private long firstSequence = Measure.NEVER;
  private long lastSequence = Measure.NEVER;
  private long launches;
  private long runs;
  private long lapsBefore;
  private long laps;
  private long observedBefore;
  private long lapsAtStart;
  private long observedLaps;
  private final LogHistogram deviceLaps = new LogHistogram();
  private final LogHistogram hostLaps = new LogHistogram();
  private @Nullable PhaseRow mergedInto;

  /** The phase that this one has become part of, or itself. */
  PhaseRow root() {
    PhaseRow row = this;
    while (row.mergedInto != null) {
      row = row.mergedInto;
    }
    return row;
  }

  /** The columns of an allocation. */
  Columns.Builder<BlockMeasure> columns(AllocationRow row) {
    while (columns.size() <= row.index) {
      columns.add(null);
    }
    Columns.Builder<BlockMeasure> known = columns.get(row.index);
    if (known == null) {
      known = new Columns.Builder<>(BlockMeasure.class, row.blocks);
      columns.set(row.index, known);
    }
    return known;
  }

  /** Whether a lap with these distinct symbols, sorted, is this phase's. */
  boolean like(long[] others, int otherPeriod) {
    int shared = 0;
    int ours = 0;
    for (long other : others) {
      while (ours < symbols.length && symbols[ours] < other) {
        ours++;
      }
      if (ours < symbols.length && symbols[ours] == other) {
        shared++;
      }
    }
    return shared >= LEAST_SHARED * Math.max(symbols.length, others.length)
        && Math.min(period, otherPeriod) >= LEAST_SHARED * Math.max(period, otherPeriod);
  }

  /**
   * A lap of this phase is followed from now on.
   *
   * @param again whether the phase is the one that went before
   */
  void begin(LapDetector lap, Shape[] newSteps, long[] newSymbols, boolean again) {
    period = lap.period();
    steps = newSteps;
    symbols = newSymbols;
    if (again) {
      lapsBefore = laps - lap.laps();
    } else {
      runs++;
      lapsBefore = laps;
    }
    observedBefore = observedLaps;
    lapsAtStart = lap.laps();
    laps = lapsBefore + lap.laps();
  }

  /** A launch was followed. */
  void follow(LapDetector lap) {
    laps = lapsBefore + lap.laps();
    observedLaps = observedBefore + lap.laps() - lapsAtStart;
  }

  /** A launch belongs to it. */
  void add(long sequence) {
    firstSequence = Measure.Combination.LEAST.of(firstSequence, sequence);
    lastSequence = Math.max(lastSequence, sequence);
    launches++;
  }

  /** A launch that belonged to it turns out to belong to another. */
  void remove(long sequence) {
    launches--;
    if (launches == 0) {
      firstSequence = Measure.NEVER;
      lastSequence = Measure.NEVER;
    } else {
      lastSequence = Math.min(lastSequence, Math.max(firstSequence, sequence - 1));
    }
  }

  /** All of it becomes part of another. */
  void mergeInto(PhaseRow other, List<AllocationRow> rows) {
    for (int i = 0; i < columns.size(); i++) {
      Columns.Builder<BlockMeasure> ours = columns.get(i);
      if (ours != null) {
        other.columns(rows.get(i)).combineAll(ours);
      }
    }
    columns.clear();
    if (launches > 0) {
      other.firstSequence = Measure.Combination.LEAST.of(other.firstSequence, firstSequence);
      other.lastSequence = Math.max(other.lastSequence, lastSequence);
      other.launches += launches;
    }
    mergedInto = other;
  }

  void deviceLap(long nanos) {
    deviceLaps.add(nanos);
  }

  void hostLap(long nanos) {
    hostLaps.add(nanos);
  }

  long launches() {
    return launches;
  }

  /** Launches in its laps: what it is worth. */
  long lapLaunches() {
    return laps * period;
  }

  Shape[] steps() {
    return steps;
  }

  PhaseProfile profile(int index, List<AllocationRow> rows, boolean deviceTime) {
    LapSchedule schedule = LapSchedule.of(Arrays.asList(steps));
    if (schedule.length() > 0) {
      new LapMeasures(steps).add(this);
    }
    List<Columns<BlockMeasure>> built = new ArrayList<>();
    for (AllocationRow row : rows) {
      Columns.Builder<BlockMeasure> builder =
          row.index < columns.size() ? columns.get(row.index) : null;
      built.add(builder == null ? Columns.unset(BlockMeasure.class, row.blocks) : builder.build());
    }
    return new PhaseProfile(
        index,
        firstSequence,
        lastSequence,
        launches,
        runs,
        laps,
        observedLaps,
        (deviceTime ? deviceLaps : hostLaps).summary(),
        schedule,
        built);
  }

  /** Adds all columns to {@code totals}, those of the lap apart. */
  void addTo(PhaseRow totals, List<AllocationRow> rows) {
    for (int i = 0; i < columns.size(); i++) {
      Columns.Builder<BlockMeasure> ours = columns.get(i);
      if (ours != null) {
        totals.columns(rows.get(i)).combineAll(ours);
      }
    }
  }
}
