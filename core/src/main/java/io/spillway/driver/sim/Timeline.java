package io.spillway.driver.sim;

/**
 * One thing that does one piece of work at a time, on virtual time in nanoseconds.
 *
 * <p>Calls reach the model in call order, not in order of virtual time: a host thread that is
 * behind may ask for a moment that lies before what is already reserved. So the most recent idle
 * gaps are remembered and filled.
 */
final class Timeline {

  /** How many idle gaps are remembered; older ones count as busy. Bounds memory and search. */
  private static final int GAPS = 64;

  private final long[] gapStart = new long[GAPS];
  private final long[] gapEnd = new long[GAPS];
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
    long end = gapEnd[gap];
    gapEnd[gap] = start;
    if (start + nanos < end) {
      add(gap + 1, start + nanos, end);
    }
    return start;
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
    for (int i = 0; i < gaps; i++) {
      if (gapEnd[i] - Math.max(gapStart[i], earliest) >= Math.max(nanos, 1)) {
        return i;
      }
    }
    return -1;
  }

  private void add(int at, long start, long end) {
    int index = at;
    if (gaps == GAPS) {
      System.arraycopy(gapStart, 1, gapStart, 0, GAPS - 1);
      System.arraycopy(gapEnd, 1, gapEnd, 0, GAPS - 1);
      gaps--;
      index = Math.max(at - 1, 0);
    }
    System.arraycopy(gapStart, index, gapStart, index + 1, gaps - index);
    System.arraycopy(gapEnd, index, gapEnd, index + 1, gaps - index);
    gapStart[index] = start;
    gapEnd[index] = end;
    gaps++;
  }
}
