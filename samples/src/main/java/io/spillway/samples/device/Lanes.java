package io.spillway.samples.device;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * The arithmetic of {@code layers.cu} on the host: what the simulator computes and what results are
 * checked against.
 */
public final class Lanes {

  /** How many lanes of partial sums there are. */
  public static final int COUNT = 256;

  /** Bytes of one 64-bit value per lane. */
  public static final long BYTES = COUNT * (long) Long.BYTES;

  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  /** Of the linear congruential generator of {@code mixing.cu}: Knuth's MMIX. */
  private static final long MIX_MULTIPLIER = 6364136223846793005L;

  private static final long MIX_INCREMENT = 1442695040888963407L;

  private Lanes() {}

  /** Which lane word {@code index} of a layer belongs to: two neighbours share one. */
  public static int of(long index) {
    return (int) (index >> 1) & (COUNT - 1);
  }

  /** The sum of each lane's words. */
  public static long[] sums(MemorySegment words) {
    long[] sums = new long[COUNT];
    long count = words.byteSize() / Long.BYTES;
    for (long i = 0; i < count; i++) {
      sums[of(i)] += words.getAtIndex(ValueLayout.JAVA_LONG, i);
    }
    return sums;
  }

  /** What the sum over {@code reads} weighted reads of something is, given a single one's. */
  public static long weighted(long sum, int reads) {
    return sum * reads * reads;
  }

  /** A word after so many rounds of mixing. */
  public static long mixed(long word, int rounds) {
    long mixed = word;
    for (int round = 0; round < rounds; round++) {
      mixed = mixed * MIX_MULTIPLIER + MIX_INCREMENT;
    }
    return mixed;
  }

  /** An activation after a layer with the given sum; the order of layers matters. */
  public static long activated(long activation, long sum, int layer) {
    return (Long.rotateLeft(activation, 23) ^ sum) * MULTIPLIER + layer;
  }
}
