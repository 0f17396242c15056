package io.spillway.driver.sim;

/**
 * When kernels used the device's memory and when prefetches used the link, so that each slows the
 * other: {@code prefetch.overlap}.
 *
 * <p>Whichever is worked out second feels the first. A kernel that finds a prefetch already
 * reserved delays what is reserved on the link after it, since the reserved part has been reported.
 */
final class KernelActivity {

  /** How many intervals of each sort are remembered. */
  private static final int SPANS = 64;

  private final Spans kernels = new Spans();
  private final Spans prefetches = new Spans();
  private final double rate;

  /** Takes a prefetch's speed under a kernel, as a part of its speed alone. */
  KernelActivity(double rate) {
    this.rate = rate;
  }

  /** How long {@code nanos} of prefetching take from {@code start}, with the kernels known. */
  long stretch(long start, long nanos) {
    double at = start;
    double left = nanos;
    for (int i = 0; i < SPANS; i++) {
      int slot = (kernels.oldest + i) % SPANS;
      double from = kernels.start[slot];
      double to = kernels.end[slot];
      if (to <= at) {
        continue;
      }
      if (from > at) {
        double free = Math.min(left, from - at);
        at += free;
        left -= free;
      }
      if (left <= 0) {
        break;
      }
      double slowed = Math.min(left, (to - at) * rate);
      at += slowed / rate;
      left -= slowed;
    }
    return Math.round(at + left) - start;
  }

  void addPrefetch(long start, long end) {
    prefetches.add(start, end);
  }

  /** Remembers a kernel; returns for how long of it prefetches were already reserved. */
  long addKernel(long start, long end) {
    kernels.add(start, end);
    return prefetches.overlap(start, end);
  }

  /** The link time that prefetches lose while a kernel runs beside them for {@code nanos}. */
  long lost(long nanos) {
    return Math.round(nanos * (1 - rate));
  }

  private static final class Spans {
    final long[] start = new long[SPANS];
    final long[] end = new long[SPANS];
    int oldest;

    /** The latest end of all, so that most questions need no search. */
    private long latest;

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
  }
}
