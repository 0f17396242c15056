package io.spillway.benchmarks.compare.policy;

/** Least recently used first: what the driver would do if hits refreshed its order. */
final class LeastRecent implements Ranking {

  @Override
  public long touched(int block, long sequence) {
    return sequence;
  }
}
