package io.spillway.samples.profile;

import io.spillway.Allocation;
import io.spillway.ProfileSettings;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.panama.CudaReport;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileReader;
import io.spillway.profile.ProfileRecorder;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.ByteSizeOption;
import io.spillway.samples.Table;
import io.spillway.samples.device.Devices;
import io.spillway.samples.device.Machine;
import io.spillway.samples.device.Parts;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import jdk.jfr.consumer.RecordedEvent;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway check-recording}. */
@Command(
    name = "check-recording",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Records kernels whose accesses are known, and compares what the recording reports, block"
            + " by block. Needs a GPU and CUPTI. Ends with 1 if something differs.")
public final class RecordingCheckCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--size",
      paramLabel = "SIZE",
      defaultValue = "64m",
      converter = ByteSizeOption.class,
      description = "Managed memory for each kernel, whole blocks of 2 MiB (default: 64m).")
  private ByteSize size;

  @Option(
      names = "--device",
      paramLabel = "ORDINAL",
      defaultValue = "0",
      description = "The GPU (default: ${DEFAULT-VALUE}).")
  private int device;

  @Option(
      names = "--cupti",
      paramLabel = "FILE",
      description = "The CUPTI library, if it is not where it is usually.")
  private @Nullable Path cupti;

  @Option(names = "--output", paramLabel = "FILE", description = "Keep the recording here.")
  private @Nullable Path output;

  /** For picocli. */
  public RecordingCheckCommand() {
    this.spec = CommandSpec.create();
    this.size = new ByteSize(64 * ByteSize.MIB);
  }

  @Override
  public Integer call() throws IOException {
    if (size.bytes() == 0 || !Blocks.aligned(size.bytes())) {
      throw new ParameterException(
          spec.commandLine(),
          "--size %s: must be a positive multiple of 2 MiB"
              .formatted(ByteSize.format(size.bytes())));
    }
    CudaReport cuda = Devices.probe();
    if (!cuda.usable() || device < 0 || device >= cuda.devices().size()) {
      throw new ParameterException(
          spec.commandLine(),
          "device %d cannot be used: %s"
              .formatted(
                  device,
                  cuda.usable()
                      ? "there are %d devices".formatted(cuda.devices().size())
                      : cuda.reason()));
    }
    Path file = output == null ? Files.createTempFile("spillway", ".jfr") : output;
    try (Machine machine = Devices.openGpu(device)) {
      return check(machine, file);
    } finally {
      if (output == null) {
        Files.deleteIfExists(file);
      }
    }
  }

  private int check(Machine machine, Path file) throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    Map<KnownKernel, Parts> touched = record(machine, file, out);
    List<RecordedEvent> events = ReportedAccesses.read(file);
    Profile profile = ProfileReader.read(file);
    List<Comparison> comparisons = new ArrayList<>();
    touched.forEach(
        (kernel, parts) ->
            comparisons.add(
                Comparison.of(
                    kernel, parts, ReportedAccesses.of(events, profile, kernel.label(), parts))));
    out.println(machine.driver().device().deviceName() + ", " + ReportedAccesses.source(events));
    out.print(table(comparisons));
    return comparisons.stream().allMatch(Comparison::matches) ? 0 : 1;
  }

  private Map<KnownKernel, Parts> record(Machine machine, Path file, PrintWriter out) {
    Map<KnownKernel, Parts> touched = new EnumMap<>(KnownKernel.class);
    SpillwayConfig config =
        SpillwayConfig.builder()
            .driver(machine.driver())
            .hostMemoryGuard(machine.hostMemory())
            .plugins(List.of(new ProfileRecorder()))
            .profile(new ProfileSettings(file, false, Optional.ofNullable(cupti), out::println))
            .build();
    try (Spillway session = Spillway.open(config)) {
      for (KnownKernel kernel : KnownKernel.values()) {
        Allocation data = session.allocate(size.bytes(), Placement.MANAGED, kernel.label());
        machine.hostWrites(data.range());
        data.segment().fill((byte) 1);
        Parts parts = kernel.parts(data);
        try (var scope = session.launch(kernel.label(), 0)) {
          kernel.declare(scope, data);
          kernel.launch(machine, parts);
        }
        machine.driver().synchronize(StreamHandle.DEFAULT);
        touched.put(kernel, parts);
      }
    }
    return touched;
  }

  private static String table(List<Comparison> comparisons) {
    Table table =
        new Table(
            "kernel",
            "runs",
            "blocks",
            "alike",
            "told",
            "missed",
            "parts",
            "reported",
            "stray",
            "faults",
            "as",
            "mistaken",
            "of nobody",
            "moved in",
            "verdict");
    table.alignLeft(0, 10, 14);
    for (Comparison each : comparisons) {
      table.row(
          each.kernel().label(),
          Integer.toString(each.reported().kernelRuns()),
          Integer.toString(each.blocks()),
          Integer.toString(each.blocksAlike()),
          Integer.toString(each.blocksToldRight()),
          Integer.toString(each.blocksMissed()),
          Integer.toString(each.touched().cardinality()),
          Integer.toString(each.reported().parts().cardinality()),
          Integer.toString(each.partsStray()),
          Long.toString(each.faults()),
          each.accesses(),
          Long.toString(each.mistaken()),
          Long.toString(each.reported().faultsOfNobody()),
          ByteSize.format(each.reported().bytesToDevice()),
          each.matches() ? "matches" : "DIFFERS");
    }
    return table.toString();
  }
}
