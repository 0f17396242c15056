package io.spillway.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/**
 * The part of the {@code spillway} command that is not in the jar to download: comparisons and
 * plans.
 */
@Command(
    name = "spillway",
    mixinStandardHelpOptions = true,
    version = "Spillway 0.1.0-SNAPSHOT",
    subcommands = {CompareCommand.class, MatrixCommand.class, PlanCommand.class},
    synopsisSubcommandLabel = "COMMAND")
public final class BenchmarksCommand implements Runnable {

  @Spec private CommandSpec spec;

  private BenchmarksCommand() {
    this.spec = CommandSpec.create();
  }

  /** For the command line. */
  public static void main(String[] arguments) {
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, arguments));
  }

  /** Runs one command and returns its exit code: 0, 1 for a failure, 2 for wrong usage. */
  public static int run(PrintWriter out, PrintWriter err, String... arguments) {
    return new CommandLine(new BenchmarksCommand())
        .setOut(out)
        .setErr(err)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setExecutionExceptionHandler(
            (failure, command, _) -> {
              if (failure instanceof IOException || failure instanceof IllegalStateException) {
                command.getErr().println("spillway: " + failure.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
              }
              throw failure;
            })
        .execute(arguments);
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name a command: " + String.join(", ", spec.subcommands().keySet()));
  }
}
