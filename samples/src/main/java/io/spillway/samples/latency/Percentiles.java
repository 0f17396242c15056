package io.spillway.samples.latency;

import java.util.Arrays;

/**
 * How long calls took, in nanoseconds: the least that so many of a hundred calls took no longer
 * than (nearest rank).
 */
record Percentiles(long p50, long p99, long p999) {

  /**
   * Of these times.
   *
   * @throws IllegalArgumentException if there are none
   */
  static Percentiles of(long[] nanos) {
    if (nanos.length == 0) {
      throw new IllegalArgumentException("percentiles of no times: measure at least one");
    }
    long[] sorted = nanos.clone();
    Arrays.sort(sorted);
    return new Percentiles(at(sorted, 500), at(sorted, 990), at(sorted, 999));
  }

  private static long at(long[] sorted, long permille) {
    return sorted[Math.toIntExact(Math.ceilDiv(sorted.length * permille, 1000)) - 1];
  }

  /** How much longer these calls took, percentile by percentile. */
  Percentiles less(Percentiles other) {
    return new Percentiles(p50 - other.p50, p99 - other.p99, p999 - other.p999);
  }
}
