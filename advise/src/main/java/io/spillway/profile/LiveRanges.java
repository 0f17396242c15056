package io.spillway.profile;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The allocations that are live, found by any address inside them, and those freed lately. */
final class LiveRanges {

  /** 16 ranges to begin with. */
  private static final int FIRST_CAPACITY = 16;

  /**
   * Frees remembered for device events that come late: at 1,000 frees a second, a quarter of one.
   */
  private static final int REMEMBERED_FREES = 256;

  private static final int NONE = -1;

  private long[] starts = new long[FIRST_CAPACITY];
  private long[] ends = new long[FIRST_CAPACITY];
  private long[] born = new long[FIRST_CAPACITY];
  private AllocationRow[] rows = new AllocationRow[FIRST_CAPACITY];
  private int count;
  private int last;
  private int found = NONE;
  private long foundStart;

  private final long[] freedStarts = new long[REMEMBERED_FREES];
  private final long[] freedEnds = new long[REMEMBERED_FREES];
  private final long[] freedBorn = new long[REMEMBERED_FREES];
  private final @Nullable AllocationRow[] freed = new @Nullable AllocationRow[REMEMBERED_FREES];
  private int frees;

  /** The allocation that {@code address} lies in now, null if in none. */
  @Nullable AllocationRow find(long address) {
    int index = floor(address);
    return index >= 0 && address < ends[index] ? live(index) : null;
  }

  private AllocationRow live(int index) {
    found = index;
    foundStart = starts[index];
    return rows[index];
  }

  /** Where the allocation found last begins, or began. */
  long foundStart() {
    return foundStart;
  }

  /** Whether the allocation found last is live. */
  boolean foundLive() {
    return found != NONE;
  }

  /** The allocation found last, a live one, was there when a launch was made. */
  void foundBy(long sequence) {
    born[found] = Math.min(born[found], sequence - 1);
  }

  /**
   * The allocation that {@code address} lay in at a launch; null if in none that is remembered. One
   * that was made after the launch is not it, though it lies at the same address.
   *
   * @param sequence the launch, or {@link Measure#NEVER} if it is not known
   */
  @Nullable AllocationRow find(long address, long sequence) {
    int index = floor(address);
    if (index >= 0
        && address < ends[index]
        && (sequence == Measure.NEVER || born[index] < sequence)) {
      return live(index);
    }
    for (int i = frees - 1; i >= Math.max(0, frees - REMEMBERED_FREES); i--) {
      int slot = i % REMEMBERED_FREES;
      if (freedStarts[slot] <= address
          && address < freedEnds[slot]
          && (sequence == Measure.NEVER || freedBorn[slot] < sequence)) {
        found = NONE;
        foundStart = freedStarts[slot];
        return freed[slot];
      }
    }
    return null;
  }

  private int floor(long address) {
    if (last < count && starts[last] <= address && address < ends[last]) {
      return last;
    }
    int low = 0;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (starts[middle] <= address) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    last = Math.max(0, high);
    return high;
  }

  /** The first allocation that overlaps a range, null if none does. */
  @Nullable AllocationRow overlapping(long start, long end) {
    int index = floor(end - 1);
    return index >= 0 && ends[index] > start ? rows[index] : null;
  }

  /** Enters an allocation that overlaps none. */
  void add(long start, long end, long sequence, AllocationRow row) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, 2 * count);
      ends = Arrays.copyOf(ends, 2 * count);
      born = Arrays.copyOf(born, 2 * count);
      rows = Arrays.copyOf(rows, 2 * count);
    }
    int at = floor(start) + 1;
    System.arraycopy(starts, at, starts, at + 1, count - at);
    System.arraycopy(ends, at, ends, at + 1, count - at);
    System.arraycopy(born, at, born, at + 1, count - at);
    System.arraycopy(rows, at, rows, at + 1, count - at);
    starts[at] = start;
    ends[at] = end;
    born[at] = sequence;
    rows[at] = row;
    count++;
  }

  /** Takes out the allocation that {@code address} lies in; null if it lies in none. */
  @Nullable AllocationRow remove(long address) {
    int at = floor(address);
    if (at < 0 || address >= ends[at]) {
      return null;
    }
    AllocationRow row = rows[at];
    int slot = frees++ % REMEMBERED_FREES;
    freedStarts[slot] = starts[at];
    freedEnds[slot] = ends[at];
    freedBorn[slot] = born[at];
    freed[slot] = row;
    count--;
    System.arraycopy(starts, at + 1, starts, at, count - at);
    System.arraycopy(ends, at + 1, ends, at, count - at);
    System.arraycopy(born, at + 1, born, at, count - at);
    System.arraycopy(rows, at + 1, rows, at, count - at);
    return row;
  }
}
