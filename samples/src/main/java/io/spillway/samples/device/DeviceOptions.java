package io.spillway.samples.device;

import io.spillway.driver.Capability;
import io.spillway.driver.panama.CudaReport;
import io.spillway.driver.sim.GpuModel;
import java.io.PrintWriter;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which GPU a command runs on, real or simulated. */
public final class DeviceOptions {

  @Option(names = "--simulate", description = "Use the simulator even if there is a GPU.")
  private boolean simulate;

  @Option(
      names = "--gpu",
      paramLabel = "MODEL",
      defaultValue = "h200",
      description = "The GPU to simulate (default: ${DEFAULT-VALUE}).")
  private String gpu = "h200";

  @Option(
      names = "--device",
      paramLabel = "ORDINAL",
      description = "The GPU to use; an error if it cannot be (default: 0 if it can).")
  private @Nullable Integer device;

  /** For picocli. */
  public DeviceOptions() {}

  /**
   * The GPU to run on; empty for the simulator.
   *
   * @param notes where to say why there is none, if anywhere
   * @throws IllegalArgumentException if one was asked for that cannot be used
   */
  public Optional<Integer> gpuOrdinal(@Nullable PrintWriter notes) {
    if (simulate) {
      return Optional.empty();
    }
    int ordinal = device == null ? 0 : device;
    Optional<String> whyNot = whyNotGpu(Devices.probe(), ordinal);
    if (whyNot.isPresent() && device != null) {
      throw new IllegalArgumentException(
          "device %d: %s; leave --device out to use the simulator"
              .formatted(ordinal, whyNot.get()));
    }
    if (whyNot.isPresent() && notes != null) {
      notes.println("No GPU to use (" + whyNot.get() + "): simulating one.");
    }
    return whyNot.isPresent() ? Optional.empty() : Optional.of(ordinal);
  }

  /**
   * Opens what to run on, anew each time.
   *
   * @param notes where to say why it is not a GPU, if anywhere
   * @param contents whether a simulation holds the bytes themselves
   * @throws IllegalArgumentException if a GPU was asked for that cannot be used
   */
  public Supplier<Machine> machines(@Nullable PrintWriter notes, boolean contents) {
    Optional<Integer> ordinal = gpuOrdinal(notes);
    return ordinal.isPresent()
        ? () -> Devices.openGpu(ordinal.get())
        : () -> Devices.simulate(model(), contents);
  }

  private static Optional<String> whyNotGpu(CudaReport cuda, int ordinal) {
    if (!cuda.usable()) {
      return Optional.of(cuda.reason());
    }
    if (ordinal < 0 || ordinal >= cuda.devices().size()) {
      return Optional.of("there are %d devices".formatted(cuda.devices().size()));
    }
    return cuda.devices().get(ordinal).capabilities().whyNot(Capability.CONCURRENT_MANAGED_ACCESS);
  }

  /**
   * The GPU to simulate.
   *
   * @throws IllegalArgumentException if there is no such model
   */
  public GpuModel model() {
    return GpuModel.named(gpu);
  }
}
