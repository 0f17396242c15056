package io.spillway.samples.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.sim.GpuModel;
import io.spillway.prefetch.MoveSizing;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.ByteSizeOption;
import io.spillway.samples.device.DeviceOptions;
import io.spillway.samples.device.Devices;
import io.spillway.samples.device.Machine;
import java.io.Console;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway demo}. */
@Command(
    name = "demo",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Streams a layered model that exceeds a device budget through the GPU, in every way there is,"
          + " and compares them.",
      "Runs on the GPU if there is one, else on the simulator, which it then says."
    })
public final class DemoCommand implements Callable<Integer> {

  /** On the simulator, what two processors compute in seconds. */
  private static final ByteSize SIMULATED_LAYER = new ByteSize(16 * ByteSize.MIB);

  /** On a GPU, the layer size of the project's measurements, if the card has room. */
  private static final ByteSize GPU_LAYER = new ByteSize(256 * ByteSize.MIB);

  /** Simulated contents take at most this part of what the host can promise: a quarter. */
  private static final long HOST_DIVISOR = 4;

  @Spec private CommandSpec spec;

  @Option(
      names = "--layers",
      defaultValue = "48",
      description = "Layers of the model (default: ${DEFAULT-VALUE}).")
  private int layers;

  @Option(
      names = "--layer-size",
      paramLabel = "SIZE",
      converter = ByteSizeOption.class,
      description =
          "Bytes of each layer, a multiple of 2 MiB"
              + " (default: 256 MiB on a GPU with room for it, 16 MiB on the simulator).")
  private @Nullable ByteSize layerSize;

  @Option(
      names = "--budget",
      paramLabel = "SIZE",
      converter = ByteSizeOption.class,
      description = "Device memory the weights may take (default: a third of the model).")
  private @Nullable ByteSize budget;

  @Option(
      names = "--passes",
      defaultValue = "2",
      description = "Timed passes over the model (default: ${DEFAULT-VALUE}).")
  private int passes;

  @Option(
      names = "--warm-up",
      paramLabel = "PASSES",
      defaultValue = "3",
      description =
          "Passes before those that are timed (default: ${DEFAULT-VALUE}, after which what is"
              + " predicted has been seen often enough).")
  private int warmUps;

  @Option(
      names = "--reads",
      defaultValue = "20",
      description = "How often a pass reads each layer (default: ${DEFAULT-VALUE}).")
  private int reads;

  @Option(
      names = "--rows",
      split = ",",
      paramLabel = "NAME",
      description =
          "Only these ways: resident, faults, faults-writeback, one-ahead, spillway,"
              + " spillway-profile, spillway-scopes, double-buffered, double-buffered-kept,"
              + " zero-copy.")
  private List<String> rowNames = List.of();

  @Option(
      names = "--piece",
      paramLabel = "SIZE",
      converter = ByteSizeOption.class,
      description = "Most bytes the engine moves at once, a multiple of 2 MiB (default: 128 MiB).")
  private @Nullable ByteSize piece;

  @Option(
      names = "--in-flight",
      paramLabel = "PIECES",
      defaultValue = "2",
      description = "Pieces the engine has on their way at a time (default: ${DEFAULT-VALUE}).")
  private int inFlight;

  @Option(
      names = "--hints",
      paramLabel = "FILE",
      description = "Give the way faults-writeback, run alone, the hints of a file.")
  private @Nullable Path hints;

  @Option(
      names = "--profile",
      paramLabel = "FILE",
      description = "Record the way faults-writeback, run alone, into a file.")
  private @Nullable Path profile;

  @Mixin private DeviceOptions device = new DeviceOptions();

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  /** For picocli. */
  public DemoCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    DemoReport report = demo().run();
    if (json) {
      spec.commandLine()
          .getOut()
          .println(
              new ObjectMapper()
                  .writerWithDefaultPrettyPrinter()
                  .writeValueAsString(report.json()));
    } else {
      spec.commandLine().getOut().print(report.text());
      spec.commandLine().getOut().flush();
    }
    return report.ok() ? 0 : 1;
  }

  private Demo demo() {
    try {
      List<Row> rows =
          rowNames.isEmpty()
              ? Arrays.asList(Row.values())
              : rowNames.stream().map(Row::named).toList();
      Guidance guidance = guidance(rows);
      Optional<Integer> ordinal = device.gpuOrdinal(json ? null : spec.commandLine().getErr());
      if (ordinal.isPresent()) {
        Job job = gpuJob(ordinal.get());
        return new Demo(job, () -> Devices.openGpu(ordinal.get()), rows, progress(), guidance);
      }
      GpuModel model = device.model();
      Job job = job(SIMULATED_LAYER);
      return new Demo(job, simulated(model, job), rows, progress(), guidance);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
  }

  private Job gpuJob(int ordinal) {
    long limitBytes;
    try (Machine machine = Devices.openGpu(ordinal)) {
      limitBytes =
          Math.min(machine.managedLimitBytes(), HostMemoryGuard.ofThisMachine().grantableBytes());
    }
    long roomBytes = Blocks.floor(limitBytes / Math.max(1, layers));
    Job job = job(new ByteSize(Math.clamp(roomBytes, Blocks.BYTES, GPU_LAYER.bytes())));
    if (job.footprintBytes() > limitBytes) {
      throw new IllegalArgumentException(
          "%s of weights: more than the %s that may be managed on this machine (a quarter of the free device memory, at most 32 GiB, and what the host can promise); lower --layers or --layer-size"
              .formatted(ByteSize.format(job.footprintBytes()), ByteSize.format(limitBytes)));
    }
    return job;
  }

  private Job job(ByteSize defaultLayerSize) {
    long layerBytes = (layerSize == null ? defaultLayerSize : layerSize).bytes();
    long footprintBytes = Math.multiplyHigh(layers, layerBytes) == 0 ? layers * layerBytes : 0;
    long budgetBytes =
        budget != null
            ? budget.bytes()
            : Math.max(Blocks.floor(footprintBytes / 3), Job.LEAST_RING * layerBytes);
    return new Job(layers, layerBytes, reads, warmUps, passes, budgetBytes);
  }

  private Guidance guidance(List<Row> rows) {
    Guidance guidance =
        new Guidance(
            Optional.ofNullable(hints),
            Optional.ofNullable(profile),
            new MoveSizing(
                piece == null ? MoveSizing.STANDARD.pieceBytes() : piece.bytes(), inFlight),
            Optional.empty());
    if (!guidance.isNone() && !(rows.size() == 1 && rows.getFirst().takesGuidance())) {
      throw new IllegalArgumentException(
          "--hints and --profile: they are for a way without hints of its own, run alone; add"
              + " --rows faults-writeback");
    }
    if (hints != null && !Files.isReadable(hints)) {
      throw new IllegalArgumentException(
          "--hints %s: no file that can be read; make one with spillway advise".formatted(hints));
    }
    return guidance;
  }

  private Supplier<Machine> simulated(GpuModel model, Job job) {
    long contentsBytes = job.footprintBytes() + job.budgetBytes() + job.layerBytes();
    boolean contents =
        contentsBytes <= HostMemoryGuard.ofThisMachine().grantableBytes() / HOST_DIVISOR;
    return profile == null
        ? () -> Devices.simulate(model, contents)
        : () -> Devices.simulateRecorded(model, contents);
  }

  private Progress progress() {
    boolean terminal =
        Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent();
    return terminal && !json ? Progress.on(System.out) : Progress.none();
  }
}
