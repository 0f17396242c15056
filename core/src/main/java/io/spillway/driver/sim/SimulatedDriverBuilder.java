package io.spillway.driver.sim;

import org.jspecify.annotations.Nullable;

/** What may differ from the model when a {@link SimulatedDriver} is opened. */
public final class SimulatedDriverBuilder {

  final GpuModel model;
  long deviceBytes;
  long hostBytes;
  int ordinal;
  boolean backed;
  @Nullable SimulationObserver observer;

  SimulatedDriverBuilder(GpuModel model) {
    this.model = model;
    deviceBytes = model.memoryBytes();
    hostBytes = model.hostMemoryBytes();
  }

  /**
   * The device's memory in bytes; otherwise the model's.
   *
   * @throws IllegalArgumentException unless positive
   */
  public SimulatedDriverBuilder deviceBytes(long bytes) {
    deviceBytes = positive("device", bytes);
    return this;
  }

  /**
   * The host's memory in bytes; otherwise the model's.
   *
   * @throws IllegalArgumentException unless positive
   */
  public SimulatedDriverBuilder hostBytes(long bytes) {
    hostBytes = positive("host", bytes);
    return this;
  }

  /**
   * The CUDA ordinal of the device, for a program with several of them; otherwise 0.
   *
   * @throws IllegalArgumentException if negative
   */
  public SimulatedDriverBuilder ordinal(int value) {
    if (value < 0) {
      throw new IllegalArgumentException("device ordinal " + value + ": must be at least 0");
    }
    ordinal = value;
    return this;
  }

  /** Whether allocations have real contents, each in as much memory of this process. */
  public SimulatedDriverBuilder backed(boolean contents) {
    backed = contents;
    return this;
  }

  /** Who is told what the machine does; otherwise nobody, which costs nothing. */
  public SimulatedDriverBuilder observer(SimulationObserver told) {
    observer = told;
    return this;
  }

  /** Opens the driver. */
  public SimulatedDriver open() {
    return new SimulatedDriver(this);
  }

  private static long positive(String what, long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException(
          "%s memory of %d bytes: must be above 0".formatted(what, bytes));
    }
    return bytes;
  }
}
