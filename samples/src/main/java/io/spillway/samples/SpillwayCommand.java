package io.spillway.samples;

import io.spillway.allocate.AllocationException;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import io.spillway.driver.ManagedMemoryLimitException;
import io.spillway.profile.ProfileException;
import io.spillway.samples.advise.AdviseCommand;
import io.spillway.samples.advise.CompareHintsCommand;
import io.spillway.samples.demo.DemoCommand;
import io.spillway.samples.doctor.DoctorCommand;
import io.spillway.samples.latency.LatencyCommand;
import io.spillway.samples.profile.RecordingCheckCommand;
import io.spillway.samples.programs.CompareProgramsCommand;
import io.spillway.samples.report.ReportCommand;
import io.spillway.samples.writing.RewriteCommand;
import io.spillway.samples.writing.WritingCommand;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The {@code spillway} command. */
@Command(
    name = "spillway",
    mixinStandardHelpOptions = true,
    version = "Spillway 0.1.0-SNAPSHOT",
    description = "Lets a JVM GPU program use more memory than its GPU has.",
    subcommands = {
      DoctorCommand.class,
      DemoCommand.class,
      LatencyCommand.class,
      WritingCommand.class,
      RewriteCommand.class,
      AdviseCommand.class,
      CompareHintsCommand.class,
      CompareProgramsCommand.class,
      ReportCommand.class,
      RecordingCheckCommand.class
    },
    synopsisSubcommandLabel = "COMMAND")
public final class SpillwayCommand implements Runnable {

  @Spec private CommandSpec spec;

  private SpillwayCommand() {
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
    try {
      return commandLine(out, err).execute(arguments);
    } finally {
      out.flush();
      err.flush();
    }
  }

  private static CommandLine commandLine(PrintWriter out, PrintWriter err) {
    return new CommandLine(new SpillwayCommand())
        .setOut(out)
        .setErr(err)
        .setExecutionExceptionHandler(
            (failure, command, parsed) -> {
              if (expected(failure)) {
                command.getErr().println("spillway: " + failure.getMessage());
                return CommandLine.ExitCode.SOFTWARE;
              }
              throw failure;
            });
  }

  private static boolean expected(Exception failure) {
    return failure instanceof DriverException
        || failure instanceof DriverUnavailableException
        || failure instanceof AllocationException
        || failure instanceof ManagedMemoryLimitException
        || failure instanceof ProfileException
        || failure instanceof FileSystemException;
  }

  @Override
  public void run() {
    throw new ParameterException(
        spec.commandLine(), "name a command: " + String.join(", ", spec.subcommands().keySet()));
  }
}
