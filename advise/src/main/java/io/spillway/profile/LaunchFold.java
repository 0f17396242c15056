package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.range.Blocks;
import org.jspecify.annotations.Nullable;

/**
 * Folds launches: gathers the events of each, then counts what it touched, names its shape and asks
 * which lap it belongs to.
 *
 * <p>A launch is closed when the next one begins, as one thread launches them; where threads take
 * turns, so that events of a launch come after those of the next, a few are kept open.
 */
final class LaunchFold {

  /** Launches kept open at most: as many threads as may launch at once. */
  private static final int MOST_OPEN = 64;

  private final SiteTable sites;
  private final RangeTable ranges;
  private final ShapeTable shapes = new ShapeTable();
  private final PhaseTable phases;
  private final Opening opening = new Opening();
  private final ClosedLaunches closed = new ClosedLaunches();
  private final OpenLaunch[] slots = new OpenLaunch[MOST_OPEN];
  private final TimelineBuilder hostTimeline = new TimelineBuilder();

  private long greatest = Measure.NEVER;
  private long closedThrough = Measure.NEVER;
  private int window = 1;
  private long clock;
  private long late;
  private long deviceLap = Measure.NEVER;
  private long deviceLapStart;
  private long hostLap = Measure.NEVER;
  private long hostLapStart;

  LaunchFold(AllocationTable allocations, SiteTable sites) {
    this.sites = sites;
    this.phases = new PhaseTable(allocations.rows(), shapes);
    this.ranges = new RangeTable(row -> phases.current().columns(row));
    for (int i = 0; i < MOST_OPEN; i++) {
      slots[i] = new OpenLaunch();
    }
  }

  PhaseTable phases() {
    return phases;
  }

  /** The first launches. */
  Opening opening() {
    return opening;
  }

  ClosedLaunches closed() {
    return closed;
  }

  /**
   * The phase of a launch that is closed, or the current one.
   *
   * @param slot where it is among those that are closed, -1 if it is not
   */
  PhaseRow phase(int slot) {
    PhaseRow phase = slot < 0 ? null : closed.phase(slot);
    return phase == null ? phases.current() : phase;
  }

  TimelineBuilder hostTimeline() {
    return hostTimeline;
  }

  /** The last launch there was an event of, {@link Measure#NEVER} if there was none. */
  long greatest() {
    return greatest;
  }

  /** Events of launches that were closed already. */
  long late() {
    return late;
  }

  /** The launch, if its events are still coming. */
  @Nullable OpenLaunch open(long sequence) {
    if (sequence < 0) {
      return null;
    }
    OpenLaunch slot = slots[(int) (sequence % MOST_OPEN)];
    return slot.open() && slot.sequence() == sequence ? slot : null;
  }

  /** A kernel launch was intercepted. */
  void launch(long sequence, String label, int ordinal, String function, long time) {
    OpenLaunch launch = begin(sequence, label, ordinal, time);
    if (launch != null) {
      launch.intercepted(function);
    }
  }

  /** A launch touches a range. */
  void access(
      long sequence,
      String label,
      int ordinal,
      AllocationRow row,
      long offset,
      long bytes,
      AccessKind kind,
      long time) {
    OpenLaunch launch = begin(sequence, label, ordinal, time);
    if (launch == null || !launch.touches(row, offset, bytes, kind)) {
      LaunchKind how = LaunchKind.of(label, false);
      ranges.of(row, offset, bytes).touch(how, kind, sequence, clock, clock);
    }
  }

  private @Nullable OpenLaunch begin(long sequence, String label, int ordinal, long time) {
    if (sequence <= closedThrough) {
      late++;
      window = (int) Math.min(MOST_OPEN, Math.max(2L * window, greatest - sequence + 1));
      return null;
    }
    if (sequence > greatest) {
      closeThrough(sequence - window);
      greatest = sequence;
    }
    OpenLaunch slot = slots[(int) (sequence % MOST_OPEN)];
    if (!slot.open()) {
      slot.begin(sequence, label, ordinal, time);
    }
    return slot;
  }

  private void closeThrough(long last) {
    for (long i = closedThrough + 1; i <= Math.min(last, greatest); i++) {
      OpenLaunch launch = open(i);
      if (launch != null) {
        close(launch);
      }
    }
    closedThrough = Math.max(closedThrough, last);
  }

  /** Closes all launches. */
  void closeAll() {
    closeThrough(greatest);
  }

  /** Counts what is left to count, in the phase it belongs to. */
  void finish() {
    closeAll();
    ranges.flush();
  }

  private void close(OpenLaunch launch) {
    launch.end();
    LaunchKind kind = LaunchKind.of(launch.label(), launch.intercepted());
    long touched = 0;
    long symbol = launch.label().hashCode();
    for (int i = 0; i < launch.accesses(); i++) {
      touched += launch.bytes(i);
      symbol = Hashes.mix(symbol, launch.row(i).index);
      symbol = Hashes.mix(symbol, launch.offset(i) / Blocks.BYTES);
      symbol = Hashes.mix(symbol, sizeClass(launch.bytes(i)));
      symbol = Hashes.mix(symbol, kindNumber(launch.kind(i)));
    }
    for (int i = 0; i < launch.accesses(); i++) {
      ranges
          .of(launch.row(i), launch.offset(i), launch.bytes(i))
          .touch(kind, launch.kind(i), launch.sequence(), clock, clock + touched);
    }
    clock += touched;
    SiteRow site = sites.of(launch.label());
    site.launched(kind, launch.function(), touched);
    Shape shape = shapes.of(symbol, site, launch.accesses(), phases.launches());
    shape.launched(launch, phases.launches());
    opening.add(shape, launch);
    phases.add(symbol, launch.sequence(), ranges::flush);
    closed.add(launch, site, shape, phases);
    hostTimeline.put(TimeMeasure.LAUNCHES, launch.time(), 1);
    place(launch);
  }

  /** Ranges that grow by and by stay the same launch until they have doubled. */
  private static int sizeClass(long bytes) {
    return Long.SIZE - Long.numberOfLeadingZeros(Blocks.count(bytes));
  }

  private static long kindNumber(AccessKind kind) {
    return switch (kind) {
      case READ -> 0;
      case WRITE -> 1;
      case READ_WRITE -> 2;
      case UNKNOWN -> 3;
    };
  }

  /** Counts what depends on where in its lap the launch is. */
  private void place(OpenLaunch launch) {
    int position = phases.position();
    if (position < 0) {
      return;
    }
    PhaseRow phase = phases.current();
    long lap = phases.lapNumber();
    for (int i = 0; i < launch.faults(); i++) {
      faultInLap(phase, launch.faultRow(i), launch.faultBlock(i), position, lap);
    }
    if (position == 0) {
      if (lap == hostLap + 1) {
        phase.hostLap(launch.time() - hostLapStart);
      }
      hostLap = lap;
      hostLapStart = launch.time();
      if (launch.runs() > 0) {
        lapBegins(phase, lap, launch.firstRun());
      }
    }
  }

  /** The first launch of a lap began to run on the device. */
  void lapBegins(PhaseRow phase, long lap, long nanos) {
    if (lap == deviceLap + 1) {
      phase.deviceLap(nanos - deviceLapStart);
    }
    deviceLap = lap;
    deviceLapStart = nanos;
  }

  /** A launch in a lap faulted on a block. */
  static void faultInLap(PhaseRow phase, AllocationRow row, int block, int position, long lap) {
    Columns.Builder<BlockMeasure> columns = phase.columns(row);
    if (row.firstInLap(block, lap)) {
      columns.add(BlockMeasure.FAULT_LAPS, block, 1);
    }
    columns.combine(BlockMeasure.FIRST_FAULT_IN_LAP, block, position);
    columns.combine(BlockMeasure.LAST_FAULT_IN_LAP, block, position);
  }
}
