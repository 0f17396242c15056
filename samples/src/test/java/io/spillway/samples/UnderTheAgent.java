package io.spillway.samples;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.panama.Jvm;
import io.spillway.driver.stub.StubCuda;
import io.spillway.samples.jcuda.VectorAdd;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Runs programs as users do: unmodified, in a JVM of their own under the agent. On the stub driver,
 * without which the test is skipped.
 */
public final class UnderTheAgent {

  /** How a program ends that looks at its results: the stub's kernels compute nothing. */
  private static final int WRONG_RESULT = 1;

  /** How one ends that has a wrong option. */
  private static final int WRONG_USAGE = 64;

  private UnderTheAgent() {}

  /**
   * Runs {@code program} to its end.
   *
   * @param directory takes the agent's jar
   * @param agentArguments the agent's, behind the equals sign
   * @param arguments the program's
   * @return what it printed, standard error included
   */
  public static String run(
      Path directory, String agentArguments, Class<?> program, String... arguments) {
    return run(List.of(), directory, agentArguments, program, arguments);
  }

  /** Runs {@link VectorAdd} on 48 MiB in four parts, so often over all of it. */
  public static String vectorAdd(Path directory, String agentArguments, int passes) {
    return run(
        directory,
        agentArguments,
        VectorAdd.class,
        "--bytes",
        "48MiB",
        "--parts",
        "4",
        "--passes",
        String.valueOf(passes));
  }

  /** The same as {@link #run}, with JVM flags besides those that it takes anyway. */
  public static String run(
      List<String> flags,
      Path directory,
      String agentArguments,
      Class<?> program,
      String... arguments) {
    StubCuda.assumeAvailable();
    List<String> all = new ArrayList<>(flags);
    all.add("--enable-native-access=ALL-UNNAMED");
    all.add("-javaagent:" + AgentJar.in(directory) + "=" + agentArguments);
    Jvm.End end = Jvm.end(all, Map.of(), System.getProperty("java.class.path"), program, arguments);
    assertThat(end.status()).as(end.output()).isIn(0, WRONG_RESULT, WRONG_USAGE);
    return end.output();
  }
}
