package io.spillway.driver.sim;

import java.util.Arrays;

/**
 * One thing that does one piece of work at a time, on virtual time in nanoseconds.
 *
 * <p>Calls reach the model in call order, not in order of virtual time: a host thread that is
 * behind may ask for a moment that lies before what is already reserved. So idle gaps are
 * remembered and filled.
 */
final class Timeline {

  /**
   * How many idle gaps are remembered; older ones count as busy. Bounds memory and search. A thread
   * that moves data in steps of ten milliseconds may be forty seconds ahead of one that launches:
   * longer than all that a device holds takes to move.
   */
  private static final int GAPS = 1 << 12;

  /** Room for gaps at first; most things never have more. */
  private static final int FIRST_GAPS = 64;

  // In order of time, none empty.
  private long[] gapStart = new long[FIRST_GAPS];
  private long[] gapEnd = new long[FIRST_GAPS];
  private int gaps;
  private long tail;
  private long busyNanos;

  /** When {@code nanos} of work could start, not before {@code earliest}. Reserves nothing. */
  long earliestStart(long earliest, long nanos) {
    int gap = gapFor(earliest, nanos);
    return gap >= 0 ? Math.max(gapStart[gap], earliest) : Math.max(tail, earliest);
  }

  /** Reserves {@code nanos} of work, not before {@code earliest}; returns when it starts. */
  long reserve(long earliest, long nanos) {
    busyNanos += nanos;
    int gap = gapFor(earliest, nanos);
    if (gap < 0) {
      long start = Math.max(tail, earliest);
      if (start > tail) {
        add(gaps, tail, start);
      }
      tail = start + nanos;
      return start;
    }
    long start = Math.max(gapStart[gap], earliest);
    long end = start + nanos;
    long gapEnds = gapEnd[gap];
    if (start == gapStart[gap] && end == gapEnds) {
      remove(gap);
    } else if (start == gapStart[gap]) {
      gapStart[gap] = end;
    } else {
      gapEnd[gap] = start;
      if (end < gapEnds) {
        add(gap + 1, end, gapEnds);
      }
    }
    return start;
  }

  /** Counts {@code nanos} of work in pieces so small that nothing else has to wait for them. */
  void pass(long nanos) {
    busyNanos += nanos;
  }

  /** Makes everything reserved from now on {@code nanos} later: work that was slowed meanwhile. */
  void stall(long nanos) {
    tail += nanos;
  }

  /** When the last reserved work ends. */
  long tail() {
    return tail;
  }

  /** Work reserved so far. */
  long busyNanos() {
    return busyNanos;
  }

  private int gapFor(long earliest, long nanos) {
    if (earliest >= tail) {
      return -1;
    }
    for (int i = firstEndingAfter(earliest); i < gaps; i++) {
      if (gapEnd[i] - Math.max(gapStart[i], earliest) >= Math.max(nanos, 1)) {
        return i;
      }
    }
    return -1;
  }

  private int firstEndingAfter(long time) {
    int low = 0;
    int high = gaps;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (gapEnd[middle] > time) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  private void add(int at, long start, long end) {
    int index = at;
    if (gaps == GAPS) {
      remove(0);
      index = Math.max(at - 1, 0);
    }
    if (gaps == gapStart.length) {
      gapStart = Arrays.copyOf(gapStart, 2 * gaps);
      gapEnd = Arrays.copyOf(gapEnd, 2 * gaps);
    }
    System.arraycopy(gapStart, index, gapStart, index + 1, gaps - index);
    System.arraycopy(gapEnd, index, gapEnd, index + 1, gaps - index);
    gapStart[index] = start;
    gapEnd[index] = end;
    gaps++;
  }

  private void remove(int index) {
    gaps--;
    System.arraycopy(gapStart, index + 1, gapStart, index, gaps - index);
    System.arraycopy(gapEnd, index + 1, gapEnd, index, gaps - index);
  }
}
