package io.spillway.samples.demo;

import io.spillway.driver.NanoClock;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Machine;
import io.spillway.samples.device.Traffic;
import java.util.Arrays;
import java.util.Optional;

/**
 * The least time any way within the budget could take per pass, from rates measured on the same
 * device in the same run: every byte beyond the budget has to come in once, at the rate of pinned
 * copies, and every layer has to be computed.
 *
 * @param linkSeconds for the bytes that must come in
 * @param computeSeconds for the kernels, their weights at hand
 * @param firstSeconds for all bytes, which must come in the first pass, or the kernels if they take
 *     longer
 * @param bytesIn bytes that must come in
 * @param pinnedGBps the rate of pinned copies, in 10^9 bytes a second
 * @param resultOk whether the layers it was measured with gave the right result, where contents are
 *     real
 */
record Bound(
    double linkSeconds,
    double computeSeconds,
    double firstSeconds,
    long bytesIn,
    double pinnedGBps,
    Optional<Boolean> resultOk) {

  /** Weights to measure with: enough that the fixed costs of a copy do not count. */
  private static final long SAMPLE_BYTES = ByteSize.GIB;

  private static final int REPETITIONS = 3;

  /** The greater of the two. */
  double seconds() {
    return Math.max(linkSeconds, computeSeconds);
  }

  /** Measures with as many layers as fit both the budget and a gibibyte. */
  static Bound measure(Machine machine, Job job, Optional<Reference> reference) {
    int layers = Math.clamp(SAMPLE_BYTES / job.layerBytes(), 1, job.layersInBudget());
    UnifiedMemoryDriver driver = machine.driver();
    NanoClock clock = driver.clock();
    try (Run run = new Run(machine, job)) {
      Setting setting = run.setting();
      long sampleBytes = layers * job.layerBytes();
      AddressRange pinned = setting.allocatePinned(sampleBytes);
      AddressRange weights = driver.allocateDevice(sampleBytes);
      try {
        setting.write(pinned, layers);
        long copyNanos = Long.MAX_VALUE;
        long computeNanos = Long.MAX_VALUE;
        boolean ok = true;
        for (int i = 0; i < REPETITIONS; i++) {
          run.reset();
          driver.synchronize(setting.stream());
          long start = clock.nanoTime();
          driver.copy(weights, pinned.address(), setting.stream());
          driver.synchronize(setting.stream());
          long copied = clock.nanoTime();
          for (int layer = 0; layer < layers; layer++) {
            run.launch(layer, setting.layerOf(weights, layer));
          }
          driver.synchronize(setting.stream());
          long computed = clock.nanoTime();
          copyNanos = Math.min(copyNanos, copied - start);
          computeNanos = Math.min(computeNanos, computed - copied);
          if (reference.isPresent()) {
            ok &= Arrays.equals(run.activations(), reference.get().activations(layers, 1));
          }
        }
        long bytesIn = Math.max(0, job.footprintBytes() - job.budgetBytes());
        double secondsPerByte = copyNanos / 1e9 / sampleBytes;
        double computeSeconds = computeNanos / 1e9 / layers * job.layers();
        return new Bound(
            bytesIn * secondsPerByte,
            computeSeconds,
            Math.max(computeSeconds, job.footprintBytes() * secondsPerByte),
            bytesIn,
            1e-9 / secondsPerByte,
            reference.isPresent() ? Optional.of(ok) : Optional.empty());
      } finally {
        driver.free(weights);
        driver.free(pinned);
      }
    }
  }

  /** As a row of the table. */
  RowResult row() {
    return new RowResult(
        Row.BOUND,
        "the least any way within the budget could take",
        Optional.of(
            new RowResult.Figures(
                firstSeconds, seconds(), new Traffic(bytesIn, 0), "footprint less budget")),
        resultOk,
        "%s, from pinned copies at %.1f GB/s and kernels of %.4f s a pass, measured in this run"
            .formatted(
                linkSeconds >= computeSeconds ? "the link's" : "the kernels'",
                pinnedGBps,
                computeSeconds));
  }
}
