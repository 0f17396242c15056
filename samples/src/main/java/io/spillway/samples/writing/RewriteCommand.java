package io.spillway.samples.writing;

import java.util.concurrent.Callable;
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

  @Spec private CommandSpec spec;

  @Mixin private LayerOptions options = new LayerOptions();

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

  /** For picocli. */
  public RewriteCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() {
    RewriteDemo.Report report;
    try {
      report =
          new RewriteDemo(
                  new RewriteJob(options.layers(), lapsBefore, lapsAfter),
                  options.machines(spec.commandLine().getErr()))
              .run();
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
    }
    spec.commandLine().getOut().println(report.text().stripTrailing());
    return report.right() ? 0 : 1;
  }
}
