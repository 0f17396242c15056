package io.spillway.benchmarks.compare.policy;

/**
 * Most recently used first: what is left of a cyclic pass stays for the next one, which protects
 * the part of the cycle that fits.
 */
final class MostRecent implements Ranking {

  @Override
  public long touched(int block, long sequence) {
    return -sequence;
  }
}
