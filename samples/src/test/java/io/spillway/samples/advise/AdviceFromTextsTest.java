package io.spillway.samples.advise;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.advise.Advisor;
import io.spillway.advise.Basis;
import io.spillway.advise.Recommendation;
import io.spillway.advise.Rules;
import io.spillway.advise.Treatment;
import io.spillway.advise.file.HintsFile;
import io.spillway.advise.replay.LapReplay;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileReader;
import io.spillway.profile.RecordingFacts;
import io.spillway.samples.UnderTheAgent;
import io.spillway.samples.jcuda.MatrixVectorIteration;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From the text of a kernel to a hint, without any GPU: the stub driver runs nothing, and no tool
 * tells what the device did.
 */
@Tag("stub")
class AdviceFromTextsTest {

  private static final int BLOCKS = 4;

  /** The run to advise is longer than this one, which is over before hints are read. */
  private static final double TIMES = 1000;

  @TempDir Path directory;

  /** A matrix of 32 MiB in four allocations, gone over six times. */
  private String run(String arguments) {
    return UnderTheAgent.run(
        directory,
        "budget=8m,redirect=all," + arguments,
        MatrixVectorIteration.class,
        "--bytes",
        "32MiB",
        "--blocks",
        String.valueOf(BLOCKS),
        "--steps",
        "6");
  }

  /** Without the rates of the stub, which are those of this machine's memory and its load. */
  private static Profile onACard(Profile profile) {
    RecordingFacts facts = profile.recording();
    MachineFigures told = facts.machine();
    MachineFigures card =
        new MachineFigures(
            told.device(),
            told.simulated(),
            told.deviceTotalBytes(),
            told.budgetBytes(),
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0,
            0);
    return new Profile(
        new RecordingFacts(
            facts.tools(), facts.missing(), card, facts.dropped(), facts.recordingSeconds()),
        profile.totals(),
        profile.allocations(),
        profile.sites(),
        profile.phases(),
        profile.opening(),
        profile.timeline());
  }

  @Test
  void whatTheTextProvesToBeOnlyReadIsAdvisedAsReadMostly() throws IOException {
    Path recording = directory.resolve("out.jfr");
    // What a CUPTI that is there would tell is not the point.
    String output = run("profile=" + recording + ",cupti=" + directory.resolve("none.so"));

    Recommendation advice =
        new Advisor(Rules.standard(), LapReplay::of)
            .advise(onACard(ProfileReader.read(recording)), TIMES);

    assertThat(advice.hints()).as(output).hasSize(BLOCKS);
    assertThat(advice.hints())
        .allSatisfy(
            kept -> {
              assertThat(kept.hint().treatment()).isEqualTo(Treatment.READ_MOSTLY);
              assertThat(kept.hint().basis()).isEqualTo(Basis.PROVEN);
              assertThat(kept.hint().reason())
                  .startsWith("the kernels' PTX proves that launches only read it");
            });
    Path hints = directory.resolve("hints.json");
    HintsFile.of(advice).write(hints);
    assertThat(run("summary=true,hints=" + hints))
        .contains("hints on: %d of %d hints met their allocation".formatted(BLOCKS, BLOCKS));
  }
}
