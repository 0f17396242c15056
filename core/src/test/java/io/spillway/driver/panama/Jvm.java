package io.spillway.driver.panama;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Runs a main class in a JVM of its own, for what a process can only do once. */
public final class Jvm {

  private Jvm() {}

  /**
   * How a JVM ended.
   *
   * @param status its exit status
   * @param output what it printed, standard error included
   */
  public record End(int status, String output) {}

  /**
   * Runs {@code main} to its end, which must be a good one.
   *
   * @param flags JVM flags
   * @param environment variables to set; an empty value removes one
   * @param classPath entries of the class path
   * @param arguments the program's
   * @return what it printed, standard error included
   * @throws AssertionError with what it printed, if its exit status is not 0
   */
  public static String run(
      List<String> flags,
      Map<String, String> environment,
      String classPath,
      Class<?> main,
      String... arguments) {
    End end = end(flags, environment, classPath, main, arguments);
    if (end.status() != 0) {
      throw new AssertionError(
          "%s ended with status %d:%n%s".formatted(main.getName(), end.status(), end.output()));
    }
    return end.output();
  }

  /** The same, whatever its exit status. */
  public static End end(
      List<String> flags,
      Map<String, String> environment,
      String classPath,
      Class<?> main,
      String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(flags);
    command.addAll(List.of("-cp", classPath, main.getName()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    environment.forEach(
        (name, value) -> {
          if (value.isEmpty()) {
            builder.environment().remove(name);
          } else {
            builder.environment().put(name, value);
          }
        });
    try {
      Process process = builder.start();
      String output =
          new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
      return new End(process.waitFor(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
