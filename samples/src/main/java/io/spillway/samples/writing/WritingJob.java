package io.spillway.samples.writing;

import io.spillway.samples.device.Lanes;
import io.spillway.samples.device.Layers;

/**
 * Steps that write activations layer by layer and read them in reverse, as training does.
 *
 * @param layers the activations
 * @param work rounds in which each word is mixed before it is written and after it is read, so that
 *     there is something to hide moves behind
 * @param warmUps steps that are not timed
 * @param steps steps that are
 */
record WritingJob(Layers layers, int work, int warmUps, int steps) {

  /** Layers of the budget that a ring takes: one is written or read, one moves, one has moved. */
  static final int RING = 3;

  WritingJob {
    if (steps < 1 || warmUps < 0) {
      throw new IllegalArgumentException(
          "%d steps after %d: must be at least 1 and 0".formatted(steps, warmUps));
    }
    if (work < 0) {
      throw new IllegalArgumentException(work + " rounds of work: must be at least 0");
    }
    layers = layers.atLeastInBudget(RING);
  }

  /** Bytes that cannot stay in a step: each has to leave, and to come back. */
  long missingBytes() {
    return Math.max(0, layers.bytes() - layers.budgetBytes());
  }

  /** What layer {@code layer} is filled with in a step. */
  long value(int step, int layer) {
    return (long) step * layers.count() + layer + 1;
  }

  /** What so many steps leave behind, worked out on the host. */
  long[] expected(int stepsDone) {
    long wordsOfALane = layers.layerBytes() / Long.BYTES / Lanes.COUNT;
    long[] activations = new long[Lanes.COUNT];
    for (int step = 0; step < stepsDone; step++) {
      for (int layer = layers.count() - 1; layer >= 0; layer--) {
        long sum = Lanes.mixed(Lanes.mixed(value(step, layer), work), work) * wordsOfALane;
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
          activations[lane] = Lanes.activated(activations[lane], sum, layer);
        }
      }
    }
    return activations;
  }
}
