package io.spillway.samples.programs;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs programs in JVMs of their own, as users do.
 *
 * @param java the {@code java} to run
 * @param scratch where outputs are kept until they are read
 */
public record ChildJvm(Path java, Path scratch) {

  /** JVMs like this one. */
  public static ChildJvm likeThis(Path scratch) {
    String java =
        ProcessHandle.current()
            .info()
            .command()
            .orElse(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    return new ChildJvm(Path.of(java), scratch);
  }

  /**
   * What a program left.
   *
   * @param json the object it printed
   * @param log what it said on standard error
   */
  public record Result(JsonNode json, String log) {}

  /**
   * Runs a program that prints one JSON object.
   *
   * @param options for the JVM
   * @throws ChildFailedException if it prints something else; the message has what it said
   */
  public Result run(List<String> options, String classPath, String main, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(java.toString()));
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(options);
    command.addAll(List.of("-cp", classPath, main));
    command.addAll(arguments);
    Path out = scratch.resolve("out");
    Path err = scratch.resolve("err");
    int code =
        new ProcessBuilder(command)
            .redirectOutput(out.toFile())
            .redirectError(err.toFile())
            .start()
            .waitFor();
    String log = Files.readString(err, StandardCharsets.UTF_8);
    try {
      JsonNode json = new ObjectMapper().readTree(out.toFile());
      if (json.isObject() && (code == 0 || !json.path("result_ok").asBoolean(true))) {
        return new Result(json, log);
      }
    } catch (JsonProcessingException e) {
      // Told below, with what it did print.
    }
    throw new ChildFailedException(
        "%s ended with %d and without a result:%n%s%s"
            .formatted(
                String.join(" ", command),
                code,
                Files.readString(out, StandardCharsets.UTF_8),
                log));
  }
}
