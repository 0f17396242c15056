package io.spillway.samples.latency;

import io.spillway.samples.device.Layers;

/**
 * What is timed.
 *
 * @param launches how many launches of each kind
 * @param layers allocations that are read in turn, and what of them may be on the device
 * @param reads how often a launch reads its layer
 */
record LatencyJob(int launches, Layers layers, int reads) {

  /** One layer that is read, one that comes, one that leaves. */
  private static final int LEAST_IN_BUDGET = 3;

  LatencyJob {
    if (launches < 1 || reads < 1) {
      throw new IllegalArgumentException(
          "%d launches that read %d times: must be at least 1 each".formatted(launches, reads));
    }
    layers = layers.atLeastInBudget(LEAST_IN_BUDGET);
  }
}
