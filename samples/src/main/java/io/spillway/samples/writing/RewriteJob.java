package io.spillway.samples.writing;

import io.spillway.samples.device.Lanes;
import io.spillway.samples.device.Layers;

/**
 * Layers that are written once, read lap after lap, then written anew and read on: whatever took
 * them for read-only is wrong from then on.
 *
 * @param layers what is written and read
 * @param lapsBefore how often all are read before they are written again
 * @param lapsAfter how often afterwards
 */
record RewriteJob(Layers layers, int lapsBefore, int lapsAfter) {

  /** One layer that is read, one that comes, one that leaves. */
  private static final int LEAST_IN_BUDGET = 3;

  RewriteJob {
    if (lapsBefore < 1 || lapsAfter < 1) {
      throw new IllegalArgumentException(
          "%d laps before writing and %d after: must be at least 1 each"
              .formatted(lapsBefore, lapsAfter));
    }
    layers = layers.atLeastInBudget(LEAST_IN_BUDGET);
  }

  /** What a layer is filled with, the first or the second time. */
  long value(boolean anew, int layer) {
    return (anew ? layers.count() : 0) + layer + 1L;
  }

  /** What all of it leaves behind, worked out on the host. */
  long[] expected() {
    long wordsOfALane = layers.layerBytes() / Long.BYTES / Lanes.COUNT;
    long[] activations = new long[Lanes.COUNT];
    for (int lap = 0; lap < lapsBefore + lapsAfter; lap++) {
      for (int layer = 0; layer < layers.count(); layer++) {
        long sum = Lanes.weighted(value(lap >= lapsBefore, layer) * wordsOfALane, 1);
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
          activations[lane] = Lanes.activated(activations[lane], sum, layer);
        }
      }
    }
    return activations;
  }
}
