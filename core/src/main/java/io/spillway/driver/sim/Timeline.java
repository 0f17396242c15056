package io.spillway.driver.sim;

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

  private final IdleGaps gaps = new IdleGaps(GAPS);
  private long tail;
  private long busyNanos;

  /** When {@code nanos} of work could start, not before {@code earliest}. Reserves nothing. */
  long earliestStart(long earliest, long nanos) {
    int gap = gapFor(earliest, nanos);
    return Math.max(gap >= 0 ? gaps.start(gap) : tail, earliest);
  }

  /** Reserves {@code nanos} of work, not before {@code earliest}; returns when it starts. */
  long reserve(long earliest, long nanos) {
    busyNanos += nanos;
    return take(earliest, nanos);
  }

  private long take(long earliest, long nanos) {
    int gap = gapFor(earliest, nanos);
    if (gap >= 0) {
      long start = Math.max(gaps.start(gap), earliest);
      gaps.take(gap, start, start + nanos);
      return start;
    }
    long start = Math.max(tail, earliest);
    if (start > tail) {
      gaps.append(tail, start);
    }
    tail = start + nanos;
    return start;
  }

  /**
   * Begins {@code nanos} of work at {@code start}, whatever is reserved; where that is in its way,
   * everything reserved from now on is later instead.
   */
  void overtake(long start, long nanos) {
    holdUp(start, nanos);
    busyNanos += nanos;
  }

  /** The same for work that is counted elsewhere. */
  void holdUp(long start, long nanos) {
    if (earliestStart(start, nanos) == start) {
      long ignored = take(start, nanos);
    } else {
      stall(nanos);
    }
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
    return earliest >= tail ? -1 : gaps.fitting(earliest, Math.max(nanos, 1));
  }
}
