package io.spillway.samples.programs;

import io.spillway.samples.SpillwayCommand;
import java.io.File;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the sample programs and the agent are.
 *
 * @param classPath the programs and JCuda, without Spillway
 * @param agent {@code spillway.jar}
 */
public record ProgramFiles(String classPath, Path agent) {

  private static final String AGENT = "spillway.jar";

  /**
   * Beside the running command, in a source tree or a bundle.
   *
   * @throws ChildFailedException if a part is missing; the message says which
   */
  public static ProgramFiles beside() throws ChildFailedException {
    Path programs = location();
    List<String> jcuda =
        Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
            .filter(entry -> fileName(entry).startsWith("jcuda-"))
            .toList();
    if (jcuda.isEmpty()) {
      throw new ChildFailedException(
          "no JCuda on the class path: start this as samples/spillway, in a source tree or a"
              + " bundle");
    }
    Path agent =
        Stream.iterate(programs.getParent(), above -> above != null, Path::getParent)
            .limit(2) // beside the classes, or beside the folder of jars
            .map(above -> above.resolve(AGENT))
            .filter(Files::isRegularFile)
            .findFirst()
            .orElseThrow(
                () ->
                    new ChildFailedException(
                        "no %s beside %s: build it with mvn -B -pl samples -am -DskipTests package"
                            .formatted(AGENT, programs)));
    return new ProgramFiles(
        Stream.concat(Stream.of(programs.toString()), jcuda.stream())
            .collect(Collectors.joining(File.pathSeparator)),
        agent);
  }

  private static String fileName(String entry) {
    Path name = Path.of(entry).getFileName();
    return name == null ? "" : name.toString();
  }

  private static Path location() throws ChildFailedException {
    try {
      return Path.of(
          SpillwayCommand.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new ChildFailedException("where this command is cannot be told: " + e.getMessage());
    }
  }

  /** The option of a JVM that starts the agent. */
  public List<String> agent(String options) {
    return List.of("-javaagent:%s=%s".formatted(agent, options));
  }
}
