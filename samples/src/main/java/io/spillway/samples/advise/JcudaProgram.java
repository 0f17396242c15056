package io.spillway.samples.advise;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One of the programs on plain JCuda, under the agent with a budget of a third of its footprint.
 */
final class JcudaProgram implements HintedProgram {

  private static final String PACKAGE = "io.spillway.samples.jcuda.";

  /** Footprint over budget. */
  private static final int RATIO = 3;

  private final ChildJvm jvm;
  private final String classPath;
  private final Path agent;
  private final String agentOptions;
  private final String main;
  private final List<String> arguments;
  private long footprintBytes;

  JcudaProgram(
      ChildJvm jvm,
      String classPath,
      Path agent,
      String agentOptions,
      String main,
      List<String> arguments) {
    this.jvm = jvm;
    this.classPath = classPath;
    this.agent = agent;
    this.agentOptions = agentOptions;
    this.main = main;
    this.arguments = List.copyOf(arguments);
  }

  @Override
  public String name() {
    return main;
  }

  @Override
  public Run plain() throws IOException, InterruptedException {
    JsonNode json = jvm.run(List.of(), classPath, PACKAGE + main, arguments).json();
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
    JsonNode json =
        jvm.run(
                List.of("-javaagent:%s=%s".formatted(agent, options)),
                classPath,
                PACKAGE + main,
                arguments)
            .json();
    return Run.of(json, "seconds", "checksum");
  }
}
