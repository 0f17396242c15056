package io.spillway.samples.demo;

import io.spillway.samples.device.Lanes;
import java.util.stream.IntStream;

/** What a job must compute, worked out on the host. */
final class Reference {

  private final int reads;
  private final long[][] laneSumsByLayer;

  private Reference(int reads, long[][] laneSumsByLayer) {
    this.reads = reads;
    this.laneSumsByLayer = laneSumsByLayer;
  }

  /** Works out the sums of all layers of {@code job}, with all processors. */
  static Reference of(Job job) {
    return new Reference(
        job.readsPerLayer(),
        IntStream.range(0, job.layers())
            .mapToObj(layer -> Weights.laneSums(layer, job.layerBytes()))
            .toArray(long[][]::new));
  }

  /** The activations after {@code passes} passes over the first {@code layers} layers. */
  long[] activations(int layers, int passes) {
    long[] activations = new long[Lanes.COUNT];
    for (int pass = 0; pass < passes; pass++) {
      for (int layer = 0; layer < layers; layer++) {
        for (int lane = 0; lane < Lanes.COUNT; lane++) {
          long sum = Lanes.weighted(laneSumsByLayer[layer][lane], reads);
          activations[lane] = Lanes.activated(activations[lane], sum, layer);
        }
      }
    }
    return activations;
  }
}
