package io.spillway.samples.jcuda;

import java.util.stream.IntStream;

/** Numbers that look random and can be worked out again anywhere, one by one. */
final class Scatter {

  /** Numbers one task fills: enough that handing it out costs nothing. */
  private static final int TASK = 1 << 16;

  private Scatter() {}

  /** The number at {@code index} of the sequence {@code seed}: the mixer of SplitMix64. */
  static long at(long seed, long index) {
    long mixed = seed * 0xD1342543DE82EF95L + index * 0x9E3779B97F4A7C15L;
    mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
    mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
    return mixed ^ (mixed >>> 31);
  }

  /** The upper half of a number. */
  static int intAt(long seed, long index) {
    return (int) (at(seed, index) >>> 32);
  }

  /** Puts {@code count} numbers from {@code first} on into the front of {@code into}. */
  static void fill(long seed, long first, int[] into, int count) {
    IntStream.range(0, Math.ceilDiv(count, TASK))
        .parallel()
        .forEach(
            task -> {
              int end = (int) Math.min(count, (task + 1L) * TASK);
              for (int i = task * TASK; i < end; i++) {
                into[i] = intAt(seed, first + i);
              }
            });
  }
}
