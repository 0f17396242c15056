package io.spillway.samples.advise;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.samples.UnderTheAgent;
import java.nio.file.Path;
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

  private String run(String arguments, int passes) {
    return UnderTheAgent.vectorAdd(directory, arguments, passes);
  }

  @Test
  void launchesOfWhatWasRedirectedAreFetchedAheadOnceALapHasComeTwice() {
    assertThat(run(SCARCE, MANY))
        .contains("become managed memory, prefetch waits for a lap")
        .containsPattern("on-lap since a lap of [0-9]+ launches, on, ");
  }

  @Test
  void inOnePassNothingIsMoved() {
    assertThat(run(SCARCE, 1))
        .containsPattern("on-lap waits for a lap, [1-9][0-9]* launches seen")
        .contains("fetched 0 B");
  }

  @Test
  void whereAllFitsNoLaunchIsLookedAt() {
    assertThat(run("summary=true", 40))
        .contains("on-lap waits: there is room for all that is managed")
        .contains("redirects=0");
  }

  @Test
  void offIsOff() {
    assertThat(run(SCARCE + ",prefetch=off", 40))
        .contains("become managed memory, prefetch off")
        .doesNotContain("on-lap");
  }
}
