package io.spillway.samples.demo;

import io.spillway.samples.device.Layers;

/**
 * The layered job: each pass goes through all layers in order, reading every byte of a layer
 * several times, as a decoder does with a batch of tokens.
 *
 * @param layers how many layers
 * @param layerBytes bytes of weights in each, a whole number of blocks
 * @param readsPerLayer how often a pass reads each layer
 * @param warmUps passes before those that are timed
 * @param passes timed passes
 * @param budgetBytes the device memory that weights may take
 */
public record Job(
    int layers, long layerBytes, int readsPerLayer, int warmUps, int passes, long budgetBytes) {

  /** Layers in flight a streaming way needs at least: one being read, one on its way. */
  public static final int LEAST_RING = 2;

  /** Layers in flight a streaming way uses where the budget allows. */
  private static final int RING = 4;

  /** Refuses what cannot be run, naming the value, the limit and the remedy. */
  public Job {
    Layers _ = new Layers(layers, layerBytes, budgetBytes).atLeastInBudget(LEAST_RING);
    positive("reads", readsPerLayer);
    positive("warm-up passes", warmUps);
    positive("passes", passes);
  }

  /** One with a single warm-up pass. */
  public Job(int layers, long layerBytes, int readsPerLayer, int passes, long budgetBytes) {
    this(layers, layerBytes, readsPerLayer, 1, passes, budgetBytes);
  }

  private static void positive(String name, int value) {
    if (value <= 0) {
      throw new IllegalArgumentException("%s of %d: must be at least 1".formatted(name, value));
    }
  }

  /** Bytes of all weights. */
  public long footprintBytes() {
    return layers * layerBytes;
  }

  /** How many whole layers the budget holds, at most all. */
  public int layersInBudget() {
    return (int) Math.min(layers, budgetBytes / layerBytes);
  }

  /** Buffers of a way that streams every layer. */
  public int ringLayers() {
    return Math.min(RING, layersInBudget());
  }

  /** Layers kept by a way that streams the others: three quarters of the budget, or all layers. */
  public int keptLayers() {
    return layersInBudget() == layers
        ? layers
        : layersInBudget() - Math.clamp(layersInBudget() / 4, LEAST_RING, RING);
  }

  /** Footprint over budget. */
  public double ratio() {
    return (double) footprintBytes() / budgetBytes;
  }
}
