package io.spillway.samples.demo;

import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Lanes;
import io.spillway.samples.device.Machine;
import java.lang.foreign.ValueLayout;

/** The state a job computes on a device: partial sums, activations, and the stream for it all. */
final class Run implements AutoCloseable {

  private final Setting setting;
  private final UnifiedMemoryDriver driver;
  private final AddressRange laneSums;
  private final AddressRange activations;

  /** Starts from activations of zero, with nothing beside the job. */
  Run(Machine machine, Job job) {
    this(machine, job, Guidance.NONE);
  }

  /** Starts from activations of zero. */
  Run(Machine machine, Job job, Guidance guidance) {
    this.driver = machine.driver();
    StreamHandle stream = driver.createStream();
    this.setting = new Setting(machine, job, stream, guidance);
    this.laneSums = driver.allocateDevice(Lanes.BYTES);
    this.activations = driver.allocateDevice(Lanes.BYTES);
    reset();
  }

  /** Where ways of running the job run. */
  Setting setting() {
    return setting;
  }

  /** Sets the activations to zero. */
  void reset() {
    driver.fill(laneSums, (byte) 0, setting.stream());
    driver.fill(activations, (byte) 0, setting.stream());
  }

  /** Launches one layer on its weights. */
  void launch(int layer, AddressRange weights) {
    Machine machine = setting.machine();
    machine.layerSums(weights, setting.job().readsPerLayer(), laneSums, setting.stream());
    machine.layerActivate(laneSums, activations, layer, setting.stream());
  }

  /** Runs one pass over all layers, and waits for it. */
  void pass(Way way) {
    for (int layer = 0; layer < setting.job().layers(); layer++) {
      int current = layer;
      way.run(layer, weights -> launch(current, weights));
    }
    driver.synchronize(setting.stream());
  }

  /** The activations now. */
  long[] activations() {
    AddressRange onHost = driver.allocatePinned(Lanes.BYTES);
    try {
      driver.copy(onHost, activations.address(), setting.stream());
      driver.synchronize(setting.stream());
      return driver.hostView(onHost).toArray(ValueLayout.JAVA_LONG);
    } finally {
      driver.free(onHost);
    }
  }

  @Override
  public void close() {
    driver.free(laneSums);
    driver.free(activations);
    driver.destroyStream(setting.stream());
  }
}
