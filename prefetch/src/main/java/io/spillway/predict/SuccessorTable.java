package io.spillway.predict;

import java.util.Arrays;

/**
 * Which launch follows which, counted: the execution correlation table of DeepUM (ASPLOS'23), with
 * launches known by what they touch instead of by their arguments, and the likeliest few successors
 * kept for each instead of a fixed history. For programs that never repeat themselves for long.
 *
 * <p>Constant time, no garbage except when it doubles. Not thread-safe.
 */
public final class SuccessorTable {

  /** Successors kept per launch; DeepUM's tables have 4 ways per entry as well. */
  private static final int WAYS = 4;

  /** Counts are halved here, so that what follows lately counts most. */
  private static final int MOST = 64;

  /** No launch. */
  public static final int NONE = -1;

  private int[] successors = new int[0];
  private byte[] counts = new byte[0];

  /** Nothing has been seen. */
  public SuccessorTable() {}

  /** {@code next} came after {@code launch}. */
  public void followed(int launch, int next) {
    int from = launch * WAYS;
    if (from >= successors.length) {
      int known = successors.length;
      successors = Arrays.copyOf(successors, Math.max(2 * known, from + WAYS));
      counts = Arrays.copyOf(counts, successors.length);
      Arrays.fill(successors, known, successors.length, NONE);
    }
    int rarest = from;
    for (int i = from; i < from + WAYS; i++) {
      if (successors[i] == next) {
        count(from, i);
        return;
      }
      if (counts[i] < counts[rarest]) {
        rarest = i;
      }
    }
    if (counts[rarest] > 1) { // a newcomer first wears down what was there
      counts[rarest]--;
      return;
    }
    successors[rarest] = next;
    counts[rarest] = 1;
  }

  private void count(int from, int i) {
    if (++counts[i] >= MOST) {
      for (int j = from; j < from + WAYS; j++) {
        counts[j] >>= 1;
      }
    }
  }

  /** The launch that most often follows, {@link #NONE} if none ever did. */
  public int likeliest(int launch) {
    int best = best(launch);
    return best == NONE ? NONE : successors[best];
  }

  /** How often {@link #likeliest} is right, of the times remembered: 0 to 1. */
  public double confidence(int launch) {
    int best = best(launch);
    if (best == NONE) {
      return 0;
    }
    int all = 1; // a single observation is not yet a certainty
    for (int i = launch * WAYS; i < (launch + 1) * WAYS; i++) {
      all += counts[i];
    }
    return (double) counts[best] / all;
  }

  private int best(int launch) {
    int from = launch * WAYS;
    if (launch < 0 || from >= successors.length) {
      return NONE;
    }
    int best = from;
    for (int i = from + 1; i < from + WAYS; i++) {
      if (counts[i] > counts[best]) {
        best = i;
      }
    }
    return counts[best] == 0 ? NONE : best;
  }
}
