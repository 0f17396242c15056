package io.spillway.samples.latency;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;

/**
 * What is timed.
 *
 * @param launches how many launches of each kind
 * @param layers allocations that are read in turn
 * @param layerBytes bytes of each, whole blocks
 * @param reads how often a launch reads its layer
 * @param budgetBytes what of them may be on the device
 */
record LatencyJob(int launches, int layers, long layerBytes, int reads, long budgetBytes) {

  /** One layer that is read, one that comes, one that leaves. */
  private static final int LEAST_IN_BUDGET = 3;

  LatencyJob {
    if (launches < 1 || layers < 1 || reads < 1) {
      throw new IllegalArgumentException(
          "%d launches of %d layers that read %d times: must be at least 1 each"
              .formatted(launches, layers, reads));
    }
    if (layerBytes <= 0 || !Blocks.aligned(layerBytes)) {
      throw new IllegalArgumentException(
          "layer size of %s (%d bytes): must be a positive multiple of %s, such as 8 MiB"
              .formatted(ByteSize.format(layerBytes), layerBytes, ByteSize.format(Blocks.BYTES)));
    }
    if (budgetBytes < LEAST_IN_BUDGET * layerBytes) {
      throw new IllegalArgumentException(
          "budget of %s: less than %d layers of %s; raise the budget or lower the layer size"
              .formatted(
                  ByteSize.format(budgetBytes), LEAST_IN_BUDGET, ByteSize.format(layerBytes)));
    }
  }

  long footprintBytes() {
    return layers * layerBytes;
  }
}
