package io.spillway.samples.writing;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Lanes;

/**
 * Steps that write activations layer by layer and read them in reverse, as training does.
 *
 * @param layers how many activations
 * @param layerBytes bytes of each, whole blocks
 * @param budgetBytes device memory they may take
 * @param warmUps steps that are not timed
 * @param steps steps that are
 */
record WritingJob(int layers, long layerBytes, long budgetBytes, int warmUps, int steps) {

  /** Layers of the budget that a ring takes: one is written or read, one moves, one has moved. */
  static final int RING = 3;

  WritingJob {
    if (layers < 1 || steps < 1 || warmUps < 0) {
      throw new IllegalArgumentException(
          "%d layers, %d steps after %d: must be at least 1, 1 and 0"
              .formatted(layers, steps, warmUps));
    }
    if (layerBytes <= 0 || !Blocks.aligned(layerBytes)) {
      throw new IllegalArgumentException(
          "layer size of %s (%d bytes): must be a positive multiple of %s, such as 64 MiB"
              .formatted(ByteSize.format(layerBytes), layerBytes, ByteSize.format(Blocks.BYTES)));
    }
    if (budgetBytes < RING * layerBytes) {
      throw new IllegalArgumentException(
          "budget of %s: less than %d layers of %s; raise the budget or lower the layer size"
              .formatted(ByteSize.format(budgetBytes), RING, ByteSize.format(layerBytes)));
    }
  }

  long footprintBytes() {
    return layers * layerBytes;
  }

  /** Bytes that cannot stay in a step: each has to leave, and to come back. */
  long missingBytes() {
    return Math.max(0, footprintBytes() - budgetBytes);
  }

  /** What layer {@code layer} is filled with in a step. */
  long value(int step, int layer) {
    return (long) step * layers + layer + 1;
  }

  /** What so many steps leave behind, worked out on the host. */
  long[] expected(int stepsDone) {
    long wordsOfALane = layerBytes / Long.BYTES / Lanes.COUNT;
    long[] activations = new long[Lanes.COUNT];
    for (int step = 0; step < stepsDone; step++) {
      for (int layer = layers - 1; layer >= 0; layer--) {
        long sum = Lanes.weighted(value(step, layer) * wordsOfALane, 1);
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
          activations[lane] = Lanes.activated(activations[lane], sum, layer);
        }
      }
    }
    return activations;
  }
}
