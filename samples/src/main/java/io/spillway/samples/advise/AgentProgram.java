package io.spillway.samples.advise;

import com.fasterxml.jackson.databind.JsonNode;
import io.spillway.samples.programs.ChildJvm;
import io.spillway.samples.programs.ProgramFiles;
import io.spillway.samples.programs.SampleProgram;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One of the programs on plain JCuda, under the agent with a budget of a third of its footprint.
 */
final class AgentProgram implements HintedProgram {

  /** Footprint over budget. */
  private static final int RATIO = 3;

  private final ChildJvm jvm;
  private final ProgramFiles files;
  private final String agentOptions;
  private final SampleProgram program;
  private long footprintBytes;

  AgentProgram(ChildJvm jvm, ProgramFiles files, String agentOptions, SampleProgram program) {
    this.jvm = jvm;
    this.files = files;
    this.agentOptions = agentOptions;
    this.program = program;
  }

  @Override
  public String name() {
    return program.name();
  }

  @Override
  public Run plain() throws IOException, InterruptedException {
    JsonNode json = program.run(jvm, files, List.of()).json();
    footprintBytes = json.path("footprint_bytes").asLong();
    return Run.of(json, "seconds", "checksum");
  }

  @Override
  public Run budgeted(Optional<Path> hints, Optional<Path> profile)
      throws IOException, InterruptedException {
    String options =
        "budget=%d,%s%s%s"
            .formatted(
                footprintBytes / RATIO,
                agentOptions,
                hints.map(file -> ",hints=" + file).orElse(""),
                profile.map(file -> ",profile=" + file).orElse(""));
    return Run.of(program.run(jvm, files, files.agent(options)).json(), "seconds", "checksum");
  }
}
