package io.spillway.driver.sim;

import java.util.Arrays;

/**
 * The latest idle gaps of a {@link Timeline}, in order of time, none empty.
 *
 * <p>Gaps come at the end and are looked for near it; when there are too many the oldest goes. So
 * they lie in a window that slides over the arrays, which are moved back to the front only when the
 * window has slid as far as it is wide: neither end costs a copy of what is between.
 */
final class IdleGaps {

  /** Room for gaps at first; most things never have more. */
  private static final int FIRST_ROOM = 64;

  private final int most;
  private long[] start = new long[FIRST_ROOM];
  private long[] end = new long[FIRST_ROOM];

  // The window: from first (inclusive) to behind (exclusive).
  private int first;
  private int behind;

  /** Remembers {@code most} gaps. */
  IdleGaps(int most) {
    this.most = most;
  }

  /** The earliest gap with {@code nanos} of room not before {@code earliest}; -1 if none has. */
  int fitting(long earliest, long nanos) {
    for (int gap = firstEndingAfter(earliest); gap < behind; gap++) {
      if (end[gap] - Math.max(start[gap], earliest) >= nanos) {
        return gap;
      }
    }
    return -1;
  }

  /** Looks back from the latest gap in growing steps, then between the last two. */
  private int firstEndingAfter(long time) {
    int high = behind;
    int low = behind - 1;
    for (int step = 1; low >= first && end[low] > time; step *= 2) {
      high = low;
      low -= step;
    }
    low = Math.max(low + 1, first);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (end[middle] > time) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** When a gap starts. */
  long start(int gap) {
    return start[gap];
  }

  /** Adds the latest gap. */
  void append(long from, long to) {
    insert(behind, from, to);
  }

  /** Takes from {@code from} to {@code to}, which lies inside of it, out of a gap. */
  void take(int gap, long from, long to) {
    long until = end[gap];
    if (from == start[gap] && to == until) {
      remove(gap);
    } else if (from == start[gap]) {
      start[gap] = to;
    } else {
      end[gap] = from;
      if (to < until) {
        insert(gap + 1, to, until);
      }
    }
  }

  private void insert(int before, long from, long to) {
    if (behind - first == most) {
      first++;
    }
    int at = before - makeRoom();
    int after = behind - at;
    if (after > 0) {
      System.arraycopy(start, at, start, at + 1, after);
      System.arraycopy(end, at, end, at + 1, after);
    }
    start[at] = from;
    end[at] = to;
    behind++;
  }

  /** Makes room for one more at the end; returns how far it moved the others to the front. */
  private int makeRoom() {
    if (behind < start.length) {
      return 0;
    }
    int moved = first;
    if (moved < start.length / 2) {
      start = Arrays.copyOf(start, 2 * start.length);
      end = Arrays.copyOf(end, 2 * end.length);
      return 0;
    }
    System.arraycopy(start, first, start, 0, behind - first);
    System.arraycopy(end, first, end, 0, behind - first);
    first = 0;
    behind -= moved;
    return moved;
  }

  private void remove(int gap) {
    if (gap == first) {
      first++;
      return;
    }
    behind--;
    System.arraycopy(start, gap + 1, start, gap, behind - gap);
    System.arraycopy(end, gap + 1, end, gap, behind - gap);
  }
}
