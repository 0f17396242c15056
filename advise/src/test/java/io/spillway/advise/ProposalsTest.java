package io.spillway.advise;

import static io.spillway.advise.ProfileSketch.Touch.read;
import static io.spillway.advise.ProfileSketch.Touch.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.allocate.MemoryKind;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.Profile;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How blocks become hints: spans, phases, limits. */
class ProposalsTest {

  private final ProfileSketch sketch = new ProfileSketch();

  private static List<ProposedHint> proposed(Profile profile) {
    Prices prices = Prices.of(profile.recording().machine());
    List<LapView> laps =
        profile.phases().stream()
            .filter(phase -> phase.repeats())
            .map(phase -> LapView.of(profile, phase, prices, 1))
            .toList();
    return new Proposals(profile, laps, Rules.standard()).list();
  }

  @Test
  void partsOfAnAllocationThatDeserveDifferentHintsAreSplitAtTheBlock() {
    int data = sketch.budgetBlocks(3).managed("data", 8);
    sketch
        .phase(10)
        .kernel("often", 1e7, read(data, 0, 3))
        .kernel("once", 0.5 * (8 - 3) * 2097152 / (7 * 4000.0), read(data, 3, 5))
        .kernel("own", 1e7, write(data, 5, 6))
        .kernel("last", 1e7, read(data, 6, 8));
    assertThat(proposed(sketch.build()))
        .extracting(ProposedHint::span, ProposedHint::treatment)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(new BlockSpan(0, 3), Treatment.READ_MOSTLY),
            org.assertj.core.groups.Tuple.tuple(new BlockSpan(3, 5), Treatment.ZERO_COPY),
            org.assertj.core.groups.Tuple.tuple(new BlockSpan(6, 8), Treatment.READ_MOSTLY));
  }

  @Test
  void blocksThatNoLapTouchesBelongToTheirNeighbours() {
    int data = sketch.budgetBlocks(2).managed("data", 9);
    sketch.phase(10).kernel("front", 0, read(data, 1, 3)).kernel("back", 0, read(data, 5, 8));
    assertThat(proposed(sketch.build()))
        .singleElement()
        .satisfies(
            hint -> {
              assertThat(hint.span()).isEqualTo(new BlockSpan(1, 8));
              assertThat(hint.whileLaunches()).isEmpty();
              assertThat(hint.evidence()).containsEntry("bytesInPerLap", 5L * 2097152);
            });
  }

  @Test
  void phasesThatDifferEachGetTheirOwn() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch.phase(10).kernel("build", 0, write(data, 0, 3));
    sketch.phase(100).kernel("query", 0, read(data, 0, 3));
    assertThat(proposed(sketch.build()))
        .singleElement()
        .satisfies(
            hint -> {
              assertThat(hint.treatment()).isEqualTo(Treatment.READ_MOSTLY);
              assertThat(hint.whileLaunches()).containsExactly("query");
              assertThat(hint.saving().bytesToHost()).isEqualTo(100L * 3 * 2097152);
            });
  }

  @Test
  void phasesThatAgreeShareOneHint() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch.phase(10).kernel("scan", 0, read(data, 0, 3));
    sketch.phase(30).kernel("query", 0, read(data, 0, 3));
    assertThat(proposed(sketch.build()))
        .singleElement()
        .satisfies(
            hint -> {
              assertThat(hint.whileLaunches()).isEmpty();
              assertThat(hint.saving().bytesToHost()).isEqualTo(40L * 3 * 2097152);
              assertThat(hint.evidence()).containsEntry("laps", 30L);
            });
  }

  @Test
  void aPhaseWithoutLaunchesOfItsOwnGetsNothing() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch.phase(10).kernel("step", 0, write(data, 0, 3));
    sketch.phase(10).kernel("step", 0, read(data, 0, 3));
    assertThat(proposed(sketch.build())).isEmpty();
  }

  @Test
  void aWriteOutsideOfLapsMakesTheHintWaitForItsPhase() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch.phase(10).kernel("query", 0, read(data, 0, 3));
    sketch.ever(BlockMeasure.PROVEN_WRITES, data, 0, 3, 1);
    assertThat(proposed(sketch.build()))
        .singleElement()
        .satisfies(hint -> assertThat(hint.whileLaunches()).containsExactly("query"));
  }

  @Test
  void whatCameWhileAFaultForAWriteWasServedIsAWriteOnlyWhereSomeKernelIsNotKnown() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    ProfileSketch.PhaseSketch phase = sketch.phase(10).kernel("query", 0, read(data, 0, 3));
    sketch.ever(BlockMeasure.FIRST_WRITE, data, 0, 3, 0);
    assertThat(proposed(sketch.build()))
        .singleElement()
        .satisfies(hint -> assertThat(hint.whileLaunches()).isEmpty());
    phase.kernel("chase", 0);
    assertThat(proposed(sketch.build()))
        .singleElement()
        .satisfies(hint -> assertThat(hint.whileLaunches()).containsExactly("query"));
  }

  @Test
  void anAllocationGetsAtMostSixteenHintsTheBestOnes() {
    int data = sketch.budgetBlocks(2).managed("data", 60);
    ProfileSketch.PhaseSketch phase = sketch.phase(10);
    for (int i = 0; i < 20; i++) {
      // Every third hole is two blocks wide, so that its neighbour to the left saves more.
      phase.kernel("read", 0, read(data, 3 * i, 3 * i + (i < 4 ? 1 : 2)));
      phase.kernel("write", 0, write(data, 3 * i + (i < 4 ? 1 : 2), 3 * i + 3));
    }
    assertThat(proposed(sketch.build()))
        .hasSize(16)
        .allSatisfy(hint -> assertThat(hint.span().blocks()).isEqualTo(2));
  }

  @Test
  void onlyManagedMemoryTakesHints() {
    int plain = sketch.budgetBlocks(2).allocation("plain", "plain", MemoryKind.DEVICE, 3, 1);
    sketch.phase(10).kernel("scan", 0, read(plain, 0, 3));
    assertThat(proposed(sketch.build())).isEmpty();
  }
}
