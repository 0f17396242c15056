package io.spillway.samples.jcuda;

import java.util.Arrays;
import java.util.List;
import java.util.OptionalDouble;

/**
 * How long a program's passes over its data took. The first meets what has never been used, and
 * code that has never run; the later ones say what the program takes if it goes on.
 *
 * @param firstSeconds of the first pass
 * @param laterSeconds of each later one
 */
record PassTimes(double firstSeconds, List<Double> laterSeconds) {

  private static final double NANOS = 1e9;

  /** Copies the list. */
  PassTimes {
    laterSeconds = List.copyOf(laterSeconds);
  }

  /** Of passes one after the other, at least one. */
  static PassTimes of(List<Double> seconds) {
    return new PassTimes(seconds.getFirst(), seconds.subList(1, seconds.size()));
  }

  /** Of nanoseconds. */
  static PassTimes ofNanos(long first, long[] later) {
    return new PassTimes(
        first / NANOS, Arrays.stream(later).mapToObj(nanos -> nanos / NANOS).toList());
  }

  /** The median of the later passes; empty if there was one pass. */
  OptionalDouble laterMedian() {
    int count = laterSeconds.size();
    return laterSeconds.stream()
        .sorted()
        .skip(Math.max(0, (count - 1) / 2))
        .limit(2 - count % 2)
        .mapToDouble(Double::doubleValue)
        .average();
  }
}
