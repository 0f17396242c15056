package io.spillway.samples.advise;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.advise.Basis;
import io.spillway.advise.Saving;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import io.spillway.advise.file.HintsFile;
import io.spillway.allocate.MemoryKind;
import io.spillway.profile.AllocationProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileReader;
import io.spillway.range.Blocks;
import io.spillway.samples.UnderTheAgent;
import io.spillway.samples.jcuda.VectorAdd;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** All that a user types, with hints: an unmodified program on the stub driver. */
@Tag("stub")
class HintsUnderTheAgentTest {

  @TempDir Path directory;

  private String run(String arguments, String... flags) {
    return UnderTheAgent.run(
        List.of(flags), directory, arguments, VectorAdd.class, "--bytes", "24MiB", "--parts", "2");
  }

  private static SiteHint zeroCopy(AllocationProfile allocation) {
    return new SiteHint(
        "test",
        Treatment.ZERO_COPY,
        allocation.site(),
        "",
        false,
        allocation.requestedBytes(),
        0,
        Blocks.ceil(allocation.requestedBytes()),
        List.of(),
        Basis.PROVEN,
        "",
        Saving.NONE);
  }

  @Test
  void sitesOfARecordingAreThoseOfTheNextRun() throws IOException {
    Path recording = directory.resolve("out.jfr");
    // 8 of 24 MiB stay plain, so that plain and managed allocations come from the same lines.
    String output = run("budget=8m,profile=" + recording);
    Profile profile = ProfileReader.read(recording);
    List<AllocationProfile> managed =
        profile.allocations().stream().filter(each -> each.kind() == MemoryKind.MANAGED).toList();
    assertThat(managed).as(output).isNotEmpty().hasSizeLessThan(profile.allocations().size());
    Path hints = directory.resolve("hints.json");
    new HintsFile(
            HintsFile.Recorded.of(profile.recording()),
            managed.stream().map(HintsUnderTheAgentTest::zeroCopy).toList(),
            List.of())
        .write(hints);

    assertThat(run("budget=8m,summary=true,hints=" + hints))
        .contains("hints of " + hints)
        .contains(
            "hints on: %d of %d hints met their allocation, 0 unknown"
                .formatted(managed.size(), managed.size()));
  }

  @Test
  void everythingManagedOnDemand() {
    assertThat(run("budget=16m,redirect=all,prefetch=on-demand,summary=true"))
        .contains("prefetch on-demand")
        .contains("redirects=6,");
  }

  @Test
  void aFileThatIsNotThereStopsTheProgram() {
    assertThat(run("hints=" + directory.resolve("none.json")))
        .contains("none.json' (from the agent's arguments): it takes a file that spillway advise");
  }

  @Test
  void aFileThatIsWrongIsSaidAndTheProgramRuns() throws IOException {
    Path hints = Files.writeString(directory.resolve("hints.json"), "{}");
    assertThat(run("budget=8m,summary=true,hints=" + hints))
        .contains("no hints are applied: " + hints + ", line 1, column 1: no \"spillwayHints\"")
        .contains("hints off: ")
        .contains("\"program\": \"vector-add\"");
  }

  @Test
  void withoutHintsAndProfilesNothingOfThemIsLoaded() {
    assertThat(run("budget=8m", "-Xlog:class+load"))
        .contains("io.spillway.dropin.Lane")
        .doesNotContain("io.spillway.advise.")
        .doesNotContain("io.spillway.profile.")
        .doesNotContain("fasterxml");
  }
}
