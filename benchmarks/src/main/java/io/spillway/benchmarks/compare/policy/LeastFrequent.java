package io.spillway.benchmarks.compare.policy;

/** Least frequently used first, counting since the start; of equals the least recent. */
final class LeastFrequent implements Ranking {

  /** Bits for the sequence, below the count: 10^12 touches. */
  private static final int SEQUENCE_BITS = 40;

  private final int[] counts;

  LeastFrequent(int blocks) {
    counts = new int[blocks];
  }

  @Override
  public long touched(int block, long sequence) {
    counts[block]++;
    return ((long) counts[block] << SEQUENCE_BITS) + sequence;
  }
}
