package io.spillway.samples.doctor;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.driver.panama.CudaReport;
import io.spillway.driver.sim.GpuModel;
import io.spillway.samples.device.Devices;
import io.spillway.samples.device.Machine;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway doctor}. */
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Says what this machine offers, whether Spillway would be active on it, and why not if"
            + " not.")
public final class DoctorCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(
      names = "--measure",
      description = "Also measure link, page faults and device memory (a minute at most).")
  private boolean measure;

  @Option(
      names = "--device",
      paramLabel = "ORDINAL",
      defaultValue = "0",
      description = "The GPU to measure (default: ${DEFAULT-VALUE}).")
  private int device;

  @Option(names = "--simulate", description = "Measure the simulator instead of a GPU.")
  private boolean simulate;

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  /** For picocli. */
  public DoctorCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    Examination examination = measure ? measured() : Examination.take("", List.of());
    spec.commandLine()
        .getOut()
        .println(
            json
                ? new ObjectMapper()
                    .writerWithDefaultPrettyPrinter()
                    .writeValueAsString(examination.json())
                : examination.text());
    return 0;
  }

  private Examination measured() {
    try (Machine machine = open()) {
      String name = machine.driver().device().deviceName();
      return Examination.take(
          simulate ? name + ", SIMULATED: a model's figures, not a GPU's" : name,
          LinkMeasurements.take(machine));
    }
  }

  private Machine open() {
    if (simulate) {
      return Devices.simulate(GpuModel.h200(), false);
    }
    CudaReport cuda = Devices.probe();
    if (!cuda.usable() || device < 0 || device >= cuda.devices().size()) {
      throw new ParameterException(
          spec.commandLine(),
          "--measure: device %d cannot be measured: %s; leave --measure out, or add --simulate"
              .formatted(
                  device,
                  cuda.usable()
                      ? "there are %d devices".formatted(cuda.devices().size())
                      : cuda.reason()));
    }
    return Devices.openGpu(device);
  }
}
