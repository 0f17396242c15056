package io.spillway.samples.advise;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.panama.Jvm;
import io.spillway.driver.stub.StubCuda;
import io.spillway.samples.AgentJar;
import io.spillway.samples.jcuda.VectorAdd;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the agent does of itself, told nothing of prefetching, on the stub driver. */
@Tag("stub")
class LapUnderTheAgentTest {

  private static final String SCARCE = "budget=20m,redirect=all,summary=true";

  /** So many that the program still launches when the engine is open. */
  private static final int MANY = 4000;

  @TempDir Path directory;

  private String run(String arguments, int passes) throws IOException, URISyntaxException {
    StubCuda.assumeAvailable();
    return Jvm.run(
        List.of(
            "--enable-native-access=ALL-UNNAMED",
            "-javaagent:" + AgentJar.in(directory) + "=" + arguments),
        Map.of(),
        System.getProperty("java.class.path"),
        VectorAdd.class,
        "--bytes",
        "48MiB",
        "--parts",
        "4",
        "--passes",
        String.valueOf(passes));
  }

  @Test
  void launchesOfWhatWasRedirectedAreFetchedAheadOnceALapHasComeTwice()
      throws IOException, URISyntaxException {
    assertThat(run(SCARCE, MANY))
        .contains("become managed memory, prefetch waits for a lap")
        .containsPattern("on-lap since a lap of [0-9]+ launches, on, ");
  }

  @Test
  void inOnePassNothingIsMoved() throws IOException, URISyntaxException {
    assertThat(run(SCARCE, 1))
        .containsPattern("on-lap waits for a lap, [1-9][0-9]* launches seen")
        .contains("fetched 0 B");
  }

  @Test
  void whereAllFitsNoLaunchIsLookedAt() throws IOException, URISyntaxException {
    assertThat(run("summary=true", 40))
        .contains("on-lap waits: there is room for all that is managed")
        .contains("redirects=0");
  }

  @Test
  void offIsOff() throws IOException, URISyntaxException {
    assertThat(run(SCARCE + ",prefetch=off", 40))
        .contains("become managed memory, prefetch off")
        .doesNotContain("on-lap");
  }
}
