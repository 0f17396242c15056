package io.spillway.profile;

/** Mixing of longs, so that similar ones fall far apart. */
final class Hashes {

  /** 2^64 divided by the golden ratio, made odd: multiples of it spread evenly. */
  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Hashes() {}

  /** Mixes one number: the finalizer of SplitMix64 (Steele, Lea, Flood 2014). */
  static long mix(long value) {
    long z = value + GOLDEN;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** Mixes {@code next} into the hash so far; the order matters. */
  static long mix(long hash, long next) {
    return mix(hash * GOLDEN + next);
  }
}
