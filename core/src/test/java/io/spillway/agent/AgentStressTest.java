package io.spillway.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.panama.Jvm;
import io.spillway.driver.stub.StubCuda;
import io.spillway.programs.Stress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The books hold while 16 threads use an unmodified JCuda and calls fail. Takes 5 s; {@code
 * -Dspillway.stress.seconds=60} and {@code -Dspillway.stress.seed=1} choose others.
 */
@Tag("stub")
class AgentStressTest {

  private static final String USUAL_SECONDS = "5";

  @TempDir Path directory;

  @Test
  void theBooksAgreeWithTheDrivers() {
    StubCuda.assumeAvailable();
    String seconds = System.getProperty("spillway.stress.seconds", USUAL_SECONDS);
    String seed = System.getProperty("spillway.stress.seed", String.valueOf(System.nanoTime()));
    Path jar = AgentJvm.jar(directory);
    List<String> lines =
        Jvm.run(
                List.of(
                    "--enable-native-access=ALL-UNNAMED",
                    "-javaagent:" + jar + "=summary=true,budget=1 GiB,log=off",
                    "-XX:StartFlightRecording=maxsize=50m",
                    "-Xlog:jfr*=off"),
                Map.of(),
                AgentJvm.programClassPath(),
                Stress.class,
                seconds,
                seed)
            .lines()
            .toList();
    assertThat(lines)
        .as("seed %s", seed)
        .anyMatch(line -> line.matches("books agree while [0-9]+ are live"))
        .contains("books agree at the end")
        .anyMatch(line -> line.startsWith("done: "))
        .anyMatch(line -> line.contains("liveDeviceBytes=0, liveManagedBytes=0"))
        .anyMatch(line -> line.contains("promisedHostBytes=0"))
        .noneMatch(line -> line.startsWith("leaked") || line.contains("Exception"));
  }
}
