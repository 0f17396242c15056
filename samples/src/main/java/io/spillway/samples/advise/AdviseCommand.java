package io.spillway.samples.advise;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.advise.Advisor;
import io.spillway.advise.Recommendation;
import io.spillway.advise.Rules;
import io.spillway.advise.file.HintsFile;
import io.spillway.advise.replay.LapReplay;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileReader;
import io.spillway.profile.RunSchedule;
import io.spillway.profile.ScheduleFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code spillway advise}. */
@Command(
    name = "advise",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Says which hints a recorded program deserves, each with its reason and what it saves.",
      "What does not pay when the recorded laps are replayed on the simulator is dropped."
    })
public final class AdviseCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PROFILE", description = "A recording, as made with profile=FILE.")
  private Path recording = Path.of("");

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FILE",
      description = "Write the hints there, for the agent's hints=FILE.")
  private @Nullable Path output;

  @Option(
      names = "--schedule",
      paramLabel = "FILE",
      description = {
        "Write there what was launched: before the laps, and a lap.",
        "The agent's prefetch=profile,schedule=FILE fetches ahead by it in the first lap already."
      })
  private @Nullable Path schedule;

  @Option(
      names = "--times",
      paramLabel = "N",
      defaultValue = "1",
      description = {
        "How many times as long the run will be that is given the hints (default: 1, as recorded).",
        "What hints cost is paid once, what they save in every lap."
      })
  private double times = 1;

  @Option(
      names = "--explain",
      description = "Also say what fired each rule, what was dropped, and what the replay cost.")
  private boolean explain;

  @Option(names = "--json", description = "Print one JSON object and nothing else.")
  private boolean json;

  @Option(
      names = "--java",
      description = "Print the hints as calls on Spillway's API, and nothing else.")
  private boolean java;

  /** For picocli. */
  public AdviseCommand() {
    this.spec = CommandSpec.create();
  }

  @Override
  public Integer call() throws IOException {
    if (json && java) {
      throw new ParameterException(spec.commandLine(), "--json and --java: ask for one of them");
    }
    if (!Files.isReadable(recording)) {
      throw new ParameterException(
          spec.commandLine(),
          "%s: no file that can be read; record one with the agent's profile=FILE"
              .formatted(recording));
    }
    if (!(times > 0) || Double.isInfinite(times)) {
      throw new ParameterException(
          spec.commandLine(), "--times %s: must be positive, such as 0.5 or 100".formatted(times));
    }
    Profile profile = ProfileReader.read(recording);
    Recommendation advice = new Advisor(Rules.standard(), LapReplay::of).advise(profile, times);
    if (output != null) {
      HintsFile.of(advice).write(output);
    }
    if (schedule != null) {
      ScheduleFile.write(launched(profile), schedule);
    }
    PrintWriter out = spec.commandLine().getOut();
    if (json) {
      out.println(
          new ObjectMapper()
              .writerWithDefaultPrettyPrinter()
              .writeValueAsString(AdviceJson.of(advice)));
    } else if (java) {
      out.print(new JavaCalls(advice).text());
    } else {
      out.print(new AdviceText(advice, explain).text());
      if (output != null) {
        out.printf("%d hints are in %s.%n", advice.hints().size(), output);
      }
      if (schedule != null) {
        out.printf("%s, are in %s.%n", RunSchedule.of(profile), schedule);
      }
    }
    out.flush();
    return 0;
  }

  private RunSchedule launched(Profile profile) {
    RunSchedule launched = RunSchedule.of(profile);
    if (launched.isEmpty()) {
      throw new ParameterException(
          spec.commandLine(),
          "--schedule: of %s nothing can be expected, since no launch touched managed memory, or a lap, or all where there is none, has more than the %d launches that are kept; record it with redirect=all, or for a shorter time"
              .formatted(recording, RunSchedule.MOST_LAUNCHES));
    }
    return launched;
  }
}
