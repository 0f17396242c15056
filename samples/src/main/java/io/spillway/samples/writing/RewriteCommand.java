package io.spillway.samples.writing;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.ByteSizeOption;
import io.spillway.samples.device.DeviceOptions;
import io.spillway.samples.device.Layers;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway rewrite}. */
@Command(
    name = "rewrite",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Reads layers lap after lap, more than the budget holds, until they pass for read-only; then"
          + " writes them and reads on. Compares that with read-mostly never used.",
      "Runs on the GPU if there is one, else on the simulator. Exits with 1 if a result is wrong."
    })
public final class RewriteCommand implements Callable<Integer> {

  /** A simulation holds the bytes themselves up to here, and checks them. */
  private static final long MOST_SIMULATED_BYTES = ByteSize.GIB;

  @Spec private CommandSpec spec;

  @Option(
      names = "--layers",
      defaultValue = "32",
      description = "How many there are (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--layer-size",
      paramLabel = "SIZE",
      defaultValue = "16m",
      converter = ByteSizeOption.class,
      description = "Bytes of each, a multiple of 2 MiB (default: ${DEFAULT-VALUE}).")
  private ByteSize layerSize = new ByteSize(16 * ByteSize.MIB);

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      converter = ByteSizeOption.class,
      description = "Device memory they may take (default: half of them).")
  private @Nullable ByteSize budget;

  @Option(
      names = "--laps-before",
      defaultValue = "50",
      description = "Laps that only read, before the writing (default: ${DEFAULT-VALUE}).")
  private int lapsBefore;

  @Option(
      names = "--laps-after",
      defaultValue = "10",
      description = "Laps that only read, after it (default: ${DEFAULT-VALUE}).")
  private int lapsAfter;

  @Mixin private DeviceOptions device = new DeviceOptions();

  /** For picocli. */
  public RewriteCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    RewriteDemo.Report report;
    try {
      long allBytes = new Layers(layers, layerSize.bytes(), 0).bytes();
      long budgetBytes = budget == null ? Blocks.floor(allBytes / 2) : budget.bytes();
      Layers job = new Layers(layers, layerSize.bytes(), budgetBytes);
      report =
          new RewriteDemo(
                  new RewriteJob(job, lapsBefore, lapsAfter),
                  device.machines(spec.commandLine().getErr(), allBytes <= MOST_SIMULATED_BYTES))
              .run();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    spec.commandLine().getOut().println(report.text().stripTrailing());
    return report.right() ? 0 : 1;
  }
}
