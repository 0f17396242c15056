package io.spillway.predict;

/** Mixes numbers into hashes whose every bit depends on every bit of them. */
final class Mixing {

  /** The golden ratio in 64 bits, an odd number without pattern (Knuth's multiplicative hash). */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Mixing() {}

  /** A hash of {@code hash} and {@code value}, in this order. */
  static long mix(long hash, long value) {
    long mixed = (hash ^ value) * GOLDEN;
    return (mixed ^ (mixed >>> 32)) * GOLDEN + value;
  }

  /** The top {@code bits} bits of a hash, as an index. */
  static int index(long hash, int bits) {
    return (int) ((hash * GOLDEN) >>> (Long.SIZE - bits));
  }
}
