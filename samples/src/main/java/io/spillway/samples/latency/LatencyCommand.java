package io.spillway.samples.latency;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.ByteSizeOption;
import io.spillway.samples.device.DeviceOptions;
import io.spillway.samples.device.Layers;
import io.spillway.samples.device.Machine;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway latency}. */
@Command(
    name = "latency",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Times what the engine adds to a launch, at the 50th, 99th and 99.9th percentile, while it"
          + " moves data.",
      "Runs on the GPU if there is one, else on the simulator, whose times are its own."
    })
public final class LatencyCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--launches",
      defaultValue = "100000",
      description = "Launches of each kind (default: ${DEFAULT-VALUE}).")
  private int launches;

  @Option(
      names = "--layers",
      defaultValue = "48",
      description = "Allocations that are read in turn (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--layer-size",
      paramLabel = "SIZE",
      defaultValue = "8m",
      converter = ByteSizeOption.class,
      description = "Bytes of each, a multiple of 2 MiB (default: ${DEFAULT-VALUE}).")
  private ByteSize layerSize = new ByteSize(8 * ByteSize.MIB);

  @Option(
      names = "--reads",
      defaultValue = "100",
      description =
          "How often a launch reads its allocation (default: ${DEFAULT-VALUE}, so that computing"
              + " takes longer than moving).")
  private int reads;

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      converter = ByteSizeOption.class,
      description = "Device memory they may take (default: three quarters of them).")
  private @Nullable ByteSize budget;

  @Mixin private DeviceOptions device = new DeviceOptions();

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  /** For picocli. */
  public LatencyCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    LatencyReport report;
    try (Machine machine =
        device.machines(json ? null : spec.commandLine().getErr(), false).get()) {
      report = new Latency(machine, job(machine)).run();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    String text =
        json
            ? new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report.json())
            : report.text();
    spec.commandLine().getOut().println(text.stripTrailing());
    return 0;
  }

  private LatencyJob job(Machine machine) {
    long allBytes = new Layers(layers, layerSize.bytes(), 0).bytes();
    long budgetBytes = budget == null ? Blocks.floor(allBytes / 4 * 3) : budget.bytes();
    LatencyJob job =
        new LatencyJob(launches, new Layers(layers, layerSize.bytes(), budgetBytes), reads);
    if (allBytes > machine.managedLimitBytes()) {
      throw new IllegalArgumentException(
          "%d layers of %s: more than the %s that may be managed on this machine; lower --layers or --layer-size"
              .formatted(
                  layers,
                  ByteSize.format(layerSize.bytes()),
                  ByteSize.format(machine.managedLimitBytes())));
    }
    return job;
  }
}
