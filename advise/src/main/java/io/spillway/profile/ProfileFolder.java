package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.hint.HintKind;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Folds events into a {@link Profile} as they come, in memory that does not grow with their number.
 *
 * <p>Events may come out of order by up to half the window; {@code timeNanos} is what orders them,
 * any clock that all of them share. Names are those of the events: see {@link
 * io.spillway.allocate.AllocationEvent}, {@link io.spillway.access.LaunchEvent}, {@link
 * io.spillway.access.AccessEvent}, {@link KernelEvent}, {@link FaultEvent}, {@link TransferEvent},
 * {@link ContentionEvent}.
 *
 * <p>Memory: 128 bytes for each event of the window; for each phase (at most {@value
 * PhaseTable#MOST_PHASES}) and block that something happened to, 8 bytes for each measure that is
 * ever set in its allocation, some 25 as a rule; 200 bytes for each range that launches touch (at
 * most {@value RangeTable#MOST_RANGES}); 200 for each distinct launch of the first and the last
 * {@value LapDetector#LONGEST_LAP}; 4 KiB for each kernel; and some 30 MB at most for laps and
 * timeline.
 *
 * <p>For one thread at a time.
 */
public final class ProfileFolder {

  /** 131,072 events either way: what a few threads write in the second after which JFR flushes. */
  public static final int STANDARD_WINDOW = 1 << 18;

  private static final String NO_TOOL =
      "what the device did: no tool recorded its runs, faults and transfers";

  private final NameTable names = new NameTable();
  private final PendingSites sites = new PendingSites();
  private final OrderedFold fold = new OrderedFold(names, sites);
  private final EventWindow window;
  private final List<String> tools = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();
  private final SortedMap<String, Long> dropped = new TreeMap<>();
  private MachineFigures machine = MachineFigures.UNKNOWN;
  private double recordingSeconds;
  private boolean finished;

  /** Begins with a {@link #STANDARD_WINDOW}. */
  public ProfileFolder() {
    this(STANDARD_WINDOW);
  }

  /**
   * Begins.
   *
   * @param windowEvents how many events to hold back so as to order them, a power of two
   * @throws IllegalArgumentException if it is not a power of two, at least 2
   */
  public ProfileFolder(int windowEvents) {
    this.window = new EventWindow(windowEvents, fold);
  }

  /** An allocation was made, or is live. */
  public void allocation(
      long timeNanos,
      long address,
      long bytes,
      long requestedBytes,
      MemoryKind kind,
      String site,
      String label,
      long ordinal) {
    int pending = sites.put(new PendingSites.Site(site, label));
    add(
        timeNanos,
        Measure.NEVER,
        address,
        bytes,
        requestedBytes,
        ordinal,
        EventRow.codes(EventRow.ALLOCATION, index(kind), 0, 0),
        EventRow.names(pending, 0));
  }

  /** An allocation was freed. */
  public void free(long timeNanos, long address) {
    add(timeNanos, Measure.NEVER, address, 0, 0, 0, EventRow.codes(EventRow.FREE, 0, 0, 0), 0);
  }

  /** A session began: launches are numbered from 0 again. */
  public void session(long timeNanos) {
    add(timeNanos, Measure.NEVER, 0, 0, 0, 0, EventRow.codes(EventRow.SESSION, 0, 0, 0), 0);
  }

  /** A kernel launch was intercepted. */
  public void launch(long timeNanos, long sequence, String label, int ordinal, String function) {
    add(
        timeNanos,
        sequence,
        0,
        0,
        0,
        0,
        EventRow.codes(EventRow.LAUNCH, 0, 0, ordinal),
        EventRow.names(names.number(label), names.number(function)));
  }

  /** A launch touches a range. */
  public void access(
      long timeNanos,
      long sequence,
      String label,
      int ordinal,
      long address,
      long bytes,
      AccessKind kind) {
    add(
        timeNanos,
        sequence,
        address,
        bytes,
        0,
        0,
        EventRow.codes(EventRow.ACCESS, index(kind), 0, ordinal),
        EventRow.names(names.number(label), 0));
  }

  /** A kernel ran. */
  public void kernel(
      long timeNanos, long sequence, String function, long startNanos, long endNanos) {
    add(
        timeNanos,
        sequence,
        0,
        0,
        startNanos,
        endNanos,
        EventRow.codes(EventRow.KERNEL, 0, 0, 0),
        EventRow.names(names.number(function), 0));
  }

  /**
   * Pages faulted.
   *
   * @param parts which 64 KiB of the block that {@code address} lies in, as bits; 0 if only the one
   *     of {@code address} is known
   */
  public void fault(
      long timeNanos,
      Processor processor,
      FaultAccess access,
      long address,
      long pages,
      int parts,
      long startNanos,
      long endNanos,
      long sequence) {
    add(
        timeNanos,
        sequence,
        address,
        pages,
        startNanos,
        endNanos,
        EventRow.codes(EventRow.FAULT, index(processor), index(access), parts),
        0);
  }

  /** Bytes crossed the link. */
  public void transfer(
      long timeNanos,
      Direction direction,
      TransferCause cause,
      long address,
      long bytes,
      long startNanos,
      long endNanos,
      long sequence) {
    add(
        timeNanos,
        sequence,
        address,
        bytes,
        startNanos,
        endNanos,
        EventRow.codes(EventRow.TRANSFER, index(direction), index(cause), 0),
        0);
  }

  /** Processors contended for a range. */
  public void contention(
      long timeNanos, ContentionKind kind, long address, long bytes, long sequence) {
    add(
        timeNanos,
        sequence,
        address,
        bytes,
        0,
        0,
        EventRow.codes(EventRow.CONTENTION, index(kind), 0, 0),
        0);
  }

  /**
   * A hint was given.
   *
   * @param kind what was asked
   * @param refused whether the driver refused it
   */
  public void hint(long timeNanos, long address, long bytes, HintKind kind, boolean refused) {
    add(
        timeNanos,
        Measure.NEVER,
        address,
        bytes,
        0,
        0,
        EventRow.codes(EventRow.HINT, index(kind), refused ? 1 : 0, 0),
        0);
  }

  /** A source tells what it is and what it runs on; told again, it is heard once. */
  public void recording(String tool, String missingParts, MachineFigures figures) {
    if (!tool.isEmpty() && !tools.contains(tool)) {
      tools.add(tool);
    }
    if (!missingParts.isEmpty() && !missing.contains(missingParts)) {
      missing.add(missingParts);
    }
    machine = figures;
  }

  /** A source ends. */
  public void recordingEnd(String source, long droppedRecords, double seconds) {
    dropped.merge(source, droppedRecords, Long::sum);
    recordingSeconds += seconds;
  }

  /**
   * The profile of all that was told, after which nothing can be.
   *
   * @throws IllegalStateException if it was asked for before
   */
  public Profile finish() {
    if (finished) {
      throw new IllegalStateException("this folder has given its profile: begin another");
    }
    finished = true;
    window.drain();
    if (tools.isEmpty()) {
      missing.add(NO_TOOL);
    }
    return fold.finish(
        new RecordingFacts(tools, missing, machine, dropped, recordingSeconds), window.late());
  }

  private void add(
      long time,
      long sequence,
      long address,
      long bytes,
      long start,
      long end,
      long codes,
      long name) {
    int at = window.next();
    long[] rows = window.rows();
    rows[at + EventRow.TIME] = time;
    rows[at + EventRow.SEQUENCE] = sequence;
    rows[at + EventRow.ADDRESS] = address;
    rows[at + EventRow.BYTES] = bytes;
    rows[at + EventRow.START] = start;
    rows[at + EventRow.END] = end;
    rows[at + EventRow.CODES] = codes;
    rows[at + EventRow.NAMES] = name;
    window.added();
  }

  @SuppressWarnings("EnumOrdinal") // read back in the same run
  private static int index(Enum<?> constant) {
    return constant.ordinal();
  }
}
