package io.spillway.benchmarks.trace;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/** Draws ranks whose frequency falls with a power of the rank. */
final class Zipf {

  private final double[] cumulative;

  /**
   * Over {@code count} ranks; a {@code skew} of 0 makes them equally frequent.
   *
   * @param skew the power
   */
  Zipf(int count, double skew) {
    cumulative = new double[count];
    double sum = 0;
    for (int rank = 0; rank < count; rank++) {
      sum += Math.pow(rank + 1.0, -skew);
      cumulative[rank] = sum;
    }
  }

  int draw(RandomGenerator random) {
    double at = random.nextDouble() * cumulative[cumulative.length - 1];
    int rank = Arrays.binarySearch(cumulative, at);
    return Math.min(rank < 0 ? -rank - 1 : rank, cumulative.length - 1);
  }
}
