package io.spillway.profile;

/**
 * How long something took, in nanoseconds. Percentiles are upper bounds, at most an eighth too
 * high.
 *
 * @param count how often it was measured; if never, all else is 0
 * @param totalNanos the sum
 * @param leastNanos the shortest
 * @param medianNanos half were no longer
 * @param ninetiethNanos nine of ten were no longer
 * @param ninetyNinthNanos 99 of 100 were no longer
 * @param mostNanos the longest
 */
public record DurationSummary(
    long count,
    long totalNanos,
    long leastNanos,
    long medianNanos,
    long ninetiethNanos,
    long ninetyNinthNanos,
    long mostNanos) {

  /** Never measured. */
  public static final DurationSummary NONE = new DurationSummary(0, 0, 0, 0, 0, 0, 0);

  /** The mean, 0 if never measured. */
  public double meanNanos() {
    return count == 0 ? 0 : (double) totalNanos / count;
  }
}
