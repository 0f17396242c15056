package io.spillway.samples.writing;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code spillway writing}. */
@Command(
    name = "writing",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Writes activations layer by layer and reads them in reverse, more than the budget holds,"
          + " in several ways, and compares them.",
      "Runs on the GPU if there is one, else on the simulator. Exits with 1 if a result is wrong."
    })
public final class WritingCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Mixin private LayerOptions options = new LayerOptions();

  @Option(
      names = "--work",
      paramLabel = "ROUNDS",
      defaultValue = "0",
      description =
          "Rounds in which kernels mix each word they write or read (default: ${DEFAULT-VALUE};"
              + " 2000 take an H200 as long as 256 MiB take over PCIe 5.0).")
  private int work;

  @Option(
      names = "--warm-up",
      defaultValue = "14",
      description =
          "Steps before those that are timed (default: ${DEFAULT-VALUE}, after which the engine has"
              + " tried what to leave on the host).")
  private int warmUps;

  @Option(
      names = "--steps",
      defaultValue = "4",
      description = "Timed steps (default: ${DEFAULT-VALUE}).")
  private int steps;

  /** For picocli. */
  public WritingCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    WritingReport report;
    try {
      report =
          new WritingDemo(
                  new WritingJob(options.layers(), work, warmUps, steps),
                  options.machines(spec.commandLine().getErr()))
              .run();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    spec.commandLine().getOut().println(report.text().stripTrailing());
    return report.right() ? 0 : 1;
  }
}
