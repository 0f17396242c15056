package io.spillway.driver.sim;

/**
 * When kernels used the device's memory and when prefetches used the link, so that each slows the
 * other: {@code prefetch.overlap}, and {@code contexts.h2d} where several contexts fetch.
 *
 * <p>Whichever is worked out second feels the first. A kernel that finds a prefetch already
 * reserved delays what is reserved on the link after it, since the reserved part has been reported.
 */
final class KernelActivity {

  private final Spans kernels = new Spans();
  private final Spans prefetches = new Spans();
  private final double rateOfOne;
  private final double rateOfSeveral;

  /** A prefetch's speed under a kernel, as a part of its speed alone. */
  KernelActivity(GpuModel model) {
    rateOfOne = model.prefetchOverlapGBps() / model.prefetchLinkGBps();
    rateOfSeveral = model.contextsOverlapGBps() / model.prefetchLinkGBps();
  }

  /** How long {@code nanos} of prefetching take from {@code start}, with the kernels known. */
  long stretch(long start, long nanos, boolean several) {
    return kernels.stretch(start, nanos, rate(several));
  }

  void addPrefetch(long start, long end) {
    prefetches.add(start, end);
  }

  /** Remembers a kernel; returns for how long of it prefetches were already reserved. */
  long addKernel(long start, long end) {
    kernels.add(start, end);
    return prefetches.overlap(start, end);
  }

  /**
   * The link time that prefetches lose while a kernel runs beside them for {@code nanos}.
   *
   * @param several whether several contexts prefetch
   */
  long lost(long nanos, boolean several) {
    return Math.round(nanos * (1 - rate(several)));
  }

  private double rate(boolean several) {
    return several ? rateOfSeveral : rateOfOne;
  }
}
