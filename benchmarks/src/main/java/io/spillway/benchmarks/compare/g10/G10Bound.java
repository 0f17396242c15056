package io.spillway.benchmarks.compare.g10;

import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;

/**
 * The lower bound of the reference results: no schedule of a steady iteration takes less.
 *
 * @param computeSeconds all kernels, with all data resident
 * @param peakLiveBytes the most bytes that live at once
 * @param leastBytes bytes that must go each way: what of the peak the GPU cannot hold
 * @param seconds the longest of computing, moving that, and the best split of both at any kernel
 */
public record G10Bound(double computeSeconds, long peakLiveBytes, long leastBytes, double seconds) {

  /** Works it out for a GPU of {@code gpuBytes}. */
  public static G10Bound of(TrainingIteration iteration, long gpuBytes) {
    int count = iteration.kernels().size();
    long weights =
        iteration.tensors().stream()
            .filter(tensor -> tensor.kind() == Kind.WEIGHT)
            .mapToLong(Tensor::bytes)
            .sum();
    long[] live = new long[count];
    for (Tensor tensor : iteration.tensors()) {
      int from = tensor.kind() == Kind.WEIGHT ? 0 : tensor.birth();
      int to = Math.min(tensor.death(), count);
      for (int k = from; k < to; k++) {
        live[k] += tensor.bytes();
      }
    }
    long cycles = iteration.kernels().stream().mapToLong(kernel -> kernel.cycles()).sum();
    long before = 0;
    long peak = 0;
    double split = 0;
    for (int k = 0; k < count; k++) {
      peak = Math.max(peak, live[k]);
      double moving = Math.max(0, live[k] - gpuBytes - weights) / G10Machine.LINK_BYTES_PER_SECOND;
      split =
          Math.max(
              split,
              Math.max(G10Machine.seconds(before), moving)
                  + Math.max(G10Machine.seconds(cycles - before), moving));
      before += iteration.kernels().get(k).cycles();
    }
    long least = Math.max(0, peak - gpuBytes);
    double compute = G10Machine.seconds(cycles);
    double seconds = Math.max(Math.max(compute, split), least / G10Machine.LINK_BYTES_PER_SECOND);
    return new G10Bound(compute, peak, least, seconds);
  }
}
