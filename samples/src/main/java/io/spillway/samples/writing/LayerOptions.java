package io.spillway.samples.writing;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.ByteSizeOption;
import io.spillway.samples.device.DeviceOptions;
import io.spillway.samples.device.Layers;
import io.spillway.samples.device.Machine;
import java.io.PrintWriter;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Which layers are written and read, under which budget, and on what. */
final class LayerOptions {

  /** A simulation holds the bytes themselves up to here, and checks them. */
  private static final long MOST_SIMULATED_BYTES = ByteSize.GIB;

  @Option(
      names = "--layers",
      defaultValue = "32",
      description = "How many there are (default: ${DEFAULT-VALUE}).")
  private int count;

  @Option(
      names = "--layer-size",
      paramLabel = "SIZE",
      defaultValue = "16m",
      converter = ByteSizeOption.class,
      description = "Bytes of each, a multiple of 2 MiB (default: ${DEFAULT-VALUE}).")
  private ByteSize size = new ByteSize(16 * ByteSize.MIB);

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      converter = ByteSizeOption.class,
      description = "Device memory they may take (default: half of them).")
  private @Nullable ByteSize budget;

  @Mixin private DeviceOptions device = new DeviceOptions();

  /** The layers; refuses what cannot be. */
  Layers layers() {
    long allBytes = allBytes();
    return new Layers(
        count, size.bytes(), budget == null ? Blocks.floor(allBytes / 2) : budget.bytes());
  }

  /**
   * Opens what to run on, anew each time.
   *
   * @param notes where to say why it is not a GPU
   */
  Supplier<Machine> machines(PrintWriter notes) {
    return device.machines(notes, allBytes() <= MOST_SIMULATED_BYTES);
  }

  private long allBytes() {
    return new Layers(count, size.bytes(), 0).bytes();
  }
}
