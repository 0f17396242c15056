package io.spillway.profile;

import io.spillway.access.AccessKind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A launch whose events are still coming. Used again for another once it is closed, so that a
 * launch allocates nothing.
 */
final class OpenLaunch {

  /** 4 ranges to begin with. */
  private static final int FIRST_CAPACITY = 4;

  /** Ranges that say what a launch is; of those beyond only the sums are kept. */
  static final int MOST_ACCESSES = 1 << 12;

  /**
   * Faults remembered until the launch's place in the lap is known: 64 thousand blocks, 128 GiB.
   */
  private static final int MOST_FAULTS = 1 << 16;

  private boolean open;
  private long sequence;
  private String label = "";
  private String function = "";
  private int ordinal;
  private long time;
  private boolean intercepted;
  private AllocationRow[] rows = new AllocationRow[FIRST_CAPACITY];
  private long[] offsets = new long[FIRST_CAPACITY];
  private long[] lengths = new long[FIRST_CAPACITY];
  private AccessKind[] kinds = new AccessKind[FIRST_CAPACITY];
  private int accesses;
  private AllocationRow[] faultRows = new AllocationRow[0];
  private int[] faultBlocks = new int[0];
  private int faults;
  private long runs;
  private long runNanos;
  private long firstRun;
  private long stallNanos;
  private long stalledUntil;
  private final FaultBatches batches = new FaultBatches(1);

  void begin(long newSequence, String newLabel, int newOrdinal, long newTime) {
    open = true;
    sequence = newSequence;
    label = newLabel;
    ordinal = newOrdinal;
    time = newTime;
    function = "";
    intercepted = false;
    accesses = 0;
    faults = 0;
    runs = 0;
    runNanos = 0;
    firstRun = Long.MAX_VALUE;
    stallNanos = 0;
    stalledUntil = Long.MIN_VALUE;
    batches.clear(0);
  }

  void end() {
    open = false;
  }

  boolean open() {
    return open;
  }

  long sequence() {
    return sequence;
  }

  String label() {
    return label;
  }

  int ordinal() {
    return ordinal;
  }

  /** When its first event was written, in nanoseconds since 1970. */
  long time() {
    return time;
  }

  String function() {
    return function;
  }

  /** Whether it is a kernel launch of the program's own. */
  boolean intercepted() {
    return intercepted;
  }

  void intercepted(String name) {
    intercepted = true;
    function = name;
  }

  /** A range is touched; false if there are too many to keep. */
  boolean touches(AllocationRow row, long offset, long bytes, AccessKind kind) {
    if (accesses == MOST_ACCESSES) {
      return false;
    }
    if (accesses == rows.length) {
      rows = Arrays.copyOf(rows, 2 * accesses);
      offsets = Arrays.copyOf(offsets, 2 * accesses);
      lengths = Arrays.copyOf(lengths, 2 * accesses);
      kinds = Arrays.copyOf(kinds, 2 * accesses);
    }
    rows[accesses] = row;
    offsets[accesses] = offset;
    lengths[accesses] = bytes;
    kinds[accesses] = kind;
    accesses++;
    return true;
  }

  /** A block is faulted on, for the first time by this launch. */
  void faults(AllocationRow row, int block) {
    if (faults == faultRows.length) {
      if (faults == MOST_FAULTS) {
        return;
      }
      int capacity = Math.max(FIRST_CAPACITY, 2 * faults);
      faultRows = Arrays.copyOf(faultRows, capacity);
      faultBlocks = Arrays.copyOf(faultBlocks, capacity);
    }
    faultRows[faults] = row;
    faultBlocks[faults] = block;
    faults++;
  }

  void ran(long start, long nanos) {
    runs++;
    runNanos += nanos;
    firstRun = Math.min(firstRun, start);
  }

  /** A fault of it was served; gives the time in which none before was. */
  long stalled(long start, long end) {
    long nanos = Math.max(0, end - Math.max(start, stalledUntil));
    stalledUntil = Math.max(stalledUntil, end);
    stallNanos += nanos;
    return nanos;
  }

  /** When the last of its faults so far was served; the least long if there was none. */
  long stalledUntil() {
    return stalledUntil;
  }

  /** Its fault batches so far: the only launch there. */
  FaultBatches batches() {
    return batches;
  }

  int accesses() {
    return accesses;
  }

  AllocationRow row(int access) {
    return rows[access];
  }

  long offset(int access) {
    return offsets[access];
  }

  long bytes(int access) {
    return lengths[access];
  }

  AccessKind kind(int access) {
    return kinds[access];
  }

  /** One access; {@code same} if it is that. */
  Shape.TouchedRange access(int access, Shape.@Nullable TouchedRange same) {
    return same != null && same.is(rows[access], offsets[access], lengths[access], kinds[access])
        ? same
        : new Shape.TouchedRange(rows[access], offsets[access], lengths[access], kinds[access]);
  }

  int faults() {
    return faults;
  }

  AllocationRow faultRow(int fault) {
    return faultRows[fault];
  }

  int faultBlock(int fault) {
    return faultBlocks[fault];
  }

  long runs() {
    return runs;
  }

  long runNanos() {
    return runNanos;
  }

  /** When it began to run on the device, device time; the greatest long if that is not told. */
  long firstRun() {
    return firstRun;
  }

  long stallNanos() {
    return stallNanos;
  }
}
