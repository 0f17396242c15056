package io.spillway.samples.demo;

import io.spillway.allocate.HostMemoryExhaustedException;
import io.spillway.allocate.HostMemoryReservation;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Machine;
import java.util.function.IntFunction;

/**
 * Where a way of running the job runs.
 *
 * @param machine the device, freshly opened
 * @param job what is run
 * @param stream the stream its launches go to
 * @param guidance what it is given beside the job
 */
record Setting(Machine machine, Job job, StreamHandle stream, Guidance guidance) {

  UnifiedMemoryDriver driver() {
    return machine.driver();
  }

  /** Layer {@code layer} of {@code weights}, which hold layers one after the other. */
  AddressRange layerOf(AddressRange weights, int layer) {
    return weights.slice(layer * job.layerBytes(), job.layerBytes());
  }

  /**
   * Pinned host memory, if the host can hold it.
   *
   * @throws HostMemoryExhaustedException if it might not; nothing was allocated
   */
  AddressRange allocatePinned(long bytes) {
    // Pinned pages show in the host's figures at once: the promise need not outlive the call.
    try (HostMemoryReservation _ = machine.hostMemory().reserve(bytes, "pinned weights")) {
      return driver().allocatePinned(bytes);
    }
  }

  /** Writes the weights of layers {@code 0..layers-1} into host-visible memory. */
  void write(AddressRange weights, int layers) {
    for (int layer = 0; layer < layers; layer++) {
      write(layer, layerOf(weights, layer));
    }
  }

  /** Writes one layer's weights into host-visible memory. */
  void write(int layer, AddressRange target) {
    if (machine.holdsContents()) {
      Weights.write(layer, driver().hostView(target));
    }
  }

  /** Generates layers one by one in pinned memory and copies each to where it belongs. */
  void writeThroughPinned(int layers, IntFunction<AddressRange> place) {
    AddressRange staging = allocatePinned(job.layerBytes());
    try {
      for (int layer = 0; layer < layers; layer++) {
        write(layer, staging);
        driver().copy(place.apply(layer), staging.address(), stream);
        driver().synchronize(stream);
      }
    } finally {
      driver().free(staging);
    }
  }
}
