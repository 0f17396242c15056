package io.spillway.driver.sim;

/** The latest intervals in which one sort of work went on, on virtual time in nanoseconds. */
final class Spans {

  /** How many are remembered. */
  private static final int SPANS = 64;

  private final long[] start = new long[SPANS];
  private final long[] end = new long[SPANS];
  private int oldest;

  /** The latest end of all, so that most questions need no search. */
  private long latest;

  /** Adds one; what follows the newest without a gap makes it longer. */
  void add(long from, long to) {
    latest = Math.max(latest, to);
    int newest = (oldest + SPANS - 1) % SPANS;
    if (from == end[newest] && to > from) {
      end[newest] = to;
      return;
    }
    start[oldest] = from;
    end[oldest] = to;
    oldest = (oldest + 1) % SPANS;
  }

  /** Whether there never was any. */
  boolean isEmpty() {
    return latest == 0;
  }

  /** For how long of an interval it went on. */
  long overlap(long from, long to) {
    if (from >= latest) {
      return 0;
    }
    long sum = 0;
    for (int i = 0; i < SPANS; i++) {
      sum += Math.max(0, Math.min(to, end[i]) - Math.max(from, start[i]));
    }
    return Math.min(sum, to - from);
  }

  /** Whether it goes on at a moment. */
  boolean covers(double moment) {
    if (moment < latest) {
      for (int i = 0; i < SPANS; i++) {
        if (start[i] <= moment && moment < end[i]) {
          return true;
        }
      }
    }
    return false;
  }

  /** When it begins or ends next after a moment; {@link Long#MAX_VALUE} if that is not known. */
  long nextChange(double moment) {
    long next = Long.MAX_VALUE;
    if (moment < latest) {
      for (int i = 0; i < SPANS; i++) {
        next = start[i] > moment ? Math.min(next, start[i]) : next;
        next = end[i] > moment ? Math.min(next, end[i]) : next;
      }
    }
    return next;
  }

  /**
   * How long work takes that goes on at {@code rate} meanwhile, and at 1 otherwise.
   *
   * @param nanos what it takes alone, from {@code from} on
   */
  long stretch(long from, long nanos, double rate) {
    double at = from;
    double left = nanos;
    for (int i = 0; i < SPANS; i++) {
      int slot = (oldest + i) % SPANS;
      double begins = start[slot];
      double ends = end[slot];
      if (ends <= at) {
        continue;
      }
      if (begins > at) {
        double free = Math.min(left, begins - at);
        at += free;
        left -= free;
      }
      if (left <= 0) {
        break;
      }
      double slowed = Math.min(left, (ends - at) * rate);
      at += slowed / rate;
      left -= slowed;
    }
    return Math.round(at + left) - from;
  }
}
