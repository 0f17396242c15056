package io.spillway.profile;

/** Counts durations in classes of which eight make a doubling. */
final class LogHistogram {

  /** Eight classes a doubling: what is read is at most an eighth too high. */
  private static final int STEP_BITS = 3;

  private static final int STEPS = 1 << STEP_BITS;

  private final long[] counts = new long[(Long.SIZE - STEP_BITS) * STEPS];
  private long count;
  private long total;
  private long least = Long.MAX_VALUE;
  private long most;

  /** Counts one duration; negative ones count as 0. */
  void add(long nanos) {
    long value = Math.max(0, nanos);
    counts[index(value)]++;
    count++;
    total += value;
    least = Math.min(least, value);
    most = Math.max(most, value);
  }

  private static int index(long value) {
    if (value < STEPS) {
      return (int) value;
    }
    int shift = Long.SIZE - 1 - Long.numberOfLeadingZeros(value) - STEP_BITS;
    return (shift << STEP_BITS) + (int) (value >>> shift);
  }

  /** The largest value of a class. */
  private static long upper(int index) {
    if (index < STEPS) {
      return index;
    }
    int shift = (index >>> STEP_BITS) - 1;
    long lowest = (long) ((index & (STEPS - 1)) + STEPS) << shift;
    return lowest + (1L << shift) - 1;
  }

  private long percentile(int percent) {
    long rank = Math.ceilDiv(count * percent, 100);
    long seen = 0;
    for (int i = 0; i < counts.length; i++) {
      seen += counts[i];
      if (seen >= rank) {
        return Math.min(upper(i), most);
      }
    }
    return most;
  }

  DurationSummary summary() {
    return count == 0
        ? DurationSummary.NONE
        : new DurationSummary(
            count, total, least, percentile(50), percentile(90), percentile(99), most);
  }

  /** Adds all that another has counted. */
  void addAll(LogHistogram other) {
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    count += other.count;
    total += other.total;
    least = Math.min(least, other.least);
    most = Math.max(most, other.most);
  }
}
