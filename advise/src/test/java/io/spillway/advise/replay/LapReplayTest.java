package io.spillway.advise.replay;

import static io.spillway.advise.ProfileSketch.Touch.read;
import static io.spillway.advise.ProfileSketch.Touch.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spillway.advise.Basis;
import io.spillway.advise.BlockSpan;
import io.spillway.advise.ProfileSketch;
import io.spillway.advise.ProposedHint;
import io.spillway.advise.ReplayCost;
import io.spillway.advise.Saving;
import io.spillway.advise.Treatment;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.sim.GpuModel;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What laps cost when they are run again: bytes to the byte, as the driver's LRU moves them. */
class LapReplayTest {

  private static final long B = Blocks.BYTES;
  private static final int LAPS = 10;

  private final ProfileSketch sketch = new ProfileSketch();

  private static ReplayCost cost(Profile profile, ProposedHint... hints) {
    return new LapReplay(profile, GpuModel.h200()).cost(List.of(hints));
  }

  private static ProposedHint hint(Treatment treatment, Basis basis, int allocation, int end) {
    return new ProposedHint(
        "test",
        treatment,
        allocation,
        new BlockSpan(0, end),
        List.of(),
        basis,
        "",
        Map.of(),
        Saving.NONE);
  }

  /** A kernel for each of some blocks, in each of ten laps, on a device that holds so many. */
  private Profile scan(int blocks, int budgetBlocks) {
    int data = sketch.budgetBlocks(budgetBlocks).managed("data", blocks);
    ProfileSketch.PhaseSketch phase = sketch.phase(LAPS);
    for (int block = 0; block < blocks; block++) {
      phase.kernel("scan", 0, read(data, block, block + 1));
    }
    return sketch.build();
  }

  @Test
  void whatFitsComesInOnce() {
    ReplayCost cost = cost(scan(3, 3));
    assertThat(cost.bytesToDevice()).isEqualTo(3 * B);
    assertThat(cost.bytesToHost()).isZero();
    assertThat(cost.evictedBytes()).isZero();
    assertThat(cost.inPlaceBytes()).isZero();
    assertThat(cost.faults()).isPositive();
    assertThat(cost.seconds()).isPositive();
  }

  /** LRU loses all of a lap that is larger than the device, and writes it back each time. */
  @Test
  void whatDoesNotFitComesInWithEachLap() {
    ReplayCost cost = cost(scan(3, 2));
    assertThat(cost.bytesToDevice()).isEqualTo(LAPS * 3 * B);
    // The first lap only makes room for its last block.
    assertThat(cost.evictedBytes()).isEqualTo((1 + (LAPS - 1) * 3) * B);
    assertThat(cost.bytesToHost()).isEqualTo(cost.evictedBytes());
  }

  /** Against its other self the replay is the same to the nanosecond. */
  @Test
  void aReplayRepeats() {
    Profile profile = scan(5, 3);
    LapReplay replay = new LapReplay(profile, GpuModel.h200());
    assertThat(replay.cost(List.of())).isEqualTo(replay.cost(List.of()));
    assertThat(LapReplay.of(profile).cost(List.of())).isEqualTo(replay.cost(List.of()));
  }

  @Test
  void readMostlyIsDroppedNotWrittenBack() {
    Profile profile = scan(3, 2);
    ReplayCost with = cost(profile, hint(Treatment.READ_MOSTLY, Basis.PROVEN, 0, 3));
    assertThat(with.bytesToHost()).isZero();
    assertThat(with.bytesToDevice()).isEqualTo(LAPS * 3 * B);
    assertThat(with.seconds()).isLessThan(cost(profile).seconds());
  }

  @Test
  void zeroCopyStaysWhereItIs() {
    ReplayCost with = cost(scan(3, 2), hint(Treatment.ZERO_COPY, Basis.PROVEN, 0, 3));
    assertThat(with.bytesToDevice()).isZero();
    assertThat(with.bytesToHost()).isZero();
    assertThat(with.inPlaceBytes()).isEqualTo(LAPS * 3 * B);
  }

  /** A hint for some blocks is for those alone. */
  @Test
  void theSpanDecidesWhatAHintIsFor() {
    ReplayCost with = cost(scan(3, 2), hint(Treatment.ZERO_COPY, Basis.PROVEN, 0, 1));
    assertThat(with.inPlaceBytes()).isEqualTo(LAPS * B);
    assertThat(with.bytesToDevice()).isEqualTo(2 * B); // the two others fit
    assertThat(with.bytesToHost()).isZero();
  }

  /** A wrong hint costs, and the replay shows it. */
  @Test
  void readMostlyThatIsWrittenIsSlower() {
    int data = sketch.budgetBlocks(3).managed("data", 2);
    sketch.phase(LAPS).copy("cuMemcpyHtoD@x", write(data, 0, 2)).kernel("k", 0, read(data, 0, 2));
    Profile profile = sketch.build();
    assertThat(cost(profile, hint(Treatment.READ_MOSTLY, Basis.PROVEN, 0, 2)).seconds())
        .isGreaterThan(cost(profile).seconds());
  }

  @Test
  void observedHintsHavePassedTheirTrial() {
    Profile profile = scan(3, 2);
    assertThat(cost(profile, hint(Treatment.READ_MOSTLY, Basis.OBSERVED, 0, 3)))
        .isEqualTo(cost(profile, hint(Treatment.READ_MOSTLY, Basis.PROVEN, 0, 3)));
  }

  /** What kernels wrote first was never on the host. */
  @Test
  void whatIsBornOnTheDeviceDoesNotComeIn() {
    int data = sketch.budgetBlocks(3).managed("data", 3);
    sketch.phase(LAPS).kernel("make", 0, write(data, 0, 3));
    assertThat(cost(sketch.build()).bytesToDevice()).isZero();
  }

  @Test
  void plainMemoryTakesItsPartOfTheDevice() {
    sketch.allocation("plain", "plain", MemoryKind.DEVICE, 2, 1);
    int data = sketch.budgetBlocks(4).managed("data", 3);
    ProfileSketch.PhaseSketch laps = sketch.phase(LAPS);
    for (int block = 0; block < 3; block++) {
      laps.kernel("scan", 0, read(0, 0, 2), read(data, block, block + 1));
    }
    assertThat(cost(sketch.build()).bytesToDevice()).isEqualTo(LAPS * 3 * B);
  }

  /** Once a lap the host writes what it took turns on, and the device brings it back. */
  @Test
  void hostAndDeviceTakeTurnsAsTheyDid() {
    int data = sketch.budgetBlocks(3).managed("data", 2);
    ProfileSketch.PhaseSketch laps = sketch.phase(LAPS).kernel("k", 0, read(data, 0, 2));
    laps.happened(BlockMeasure.HOST_TURNS, read(data, 0, 1), LAPS);
    laps.happened(BlockMeasure.CPU_WRITE_FAULTS, read(data, 0, 1), LAPS);
    ReplayCost cost = cost(sketch.build());
    assertThat(cost.bytesToDevice()).isEqualTo((LAPS + 1) * B);
    assertThat(cost.bytesToHost()).isEqualTo(LAPS * B);
    assertThat(cost.evictedBytes()).isZero();
  }

  /** Coming back to a phase begins anew: the first lap counts for each time. */
  @Test
  void theFirstLapCountsOnceForEachRun() {
    Profile profile = scan(3, 3);
    assertThat(cost(runs(profile, 4)).bytesToDevice()).isEqualTo(4 * 3 * B);
    assertThat(cost(runs(profile, 100)).bytesToDevice()).isEqualTo(LAPS * 3 * B);
  }

  private static Profile runs(Profile profile, long runs) {
    List<PhaseProfile> phases = new ArrayList<>();
    for (PhaseProfile phase : profile.phases()) {
      phases.add(
          new PhaseProfile(
              phase.index(),
              phase.firstSequence(),
              phase.lastSequence(),
              phase.launches(),
              runs,
              phase.laps(),
              phase.observedLaps(),
              phase.lapTime(),
              phase.schedule(),
              phase.blocks()));
    }
    return new Profile(
        profile.recording(),
        profile.totals(),
        profile.allocations(),
        profile.sites(),
        phases,
        profile.opening(),
        profile.timeline());
  }

  /**
   * What is born on the device is written back to pages that the host must make first, in the first
   * lap and the second; from the third on it is like what the host had filled.
   */
  @Test
  void lapsThatGoOnAreLikeTheThird() {
    assertThat(oneMoreLap(false)).isCloseTo(oneMoreLap(true), within(1e-9));
  }

  private static double oneMoreLap(boolean filled) {
    return cost(rewritten(LAPS + 1, filled)).seconds() - cost(rewritten(LAPS, filled)).seconds();
  }

  private static Profile rewritten(int laps, boolean filled) {
    ProfileSketch written = new ProfileSketch();
    int data = written.budgetBlocks(2).managed("data", 3);
    ProfileSketch.PhaseSketch lap = written.phase(laps);
    for (int block = 0; block < 3; block++) {
      lap.kernel("write", 0, write(data, block, block + 1));
    }
    if (filled) {
      written.ever(BlockMeasure.CPU_WRITE_FAULTS, data, 0, 3, 1);
    }
    return written.build();
  }

  /** Of a large lap one block in three is run, and counts for three. */
  @Test
  void aLargeLapIsScaledAndCountsInFull() {
    int data = sketch.budgetBlocks(3000).managed("data", 6000);
    sketch.phase(LAPS).kernel("scan", 0, read(data, 0, 6000));
    ReplayCost large = cost(sketch.build());
    ProfileSketch third = new ProfileSketch();
    int part = third.budgetBlocks(1000).managed("data", 2000);
    third.phase(LAPS).kernel("scan", 0, read(part, 0, 2000));
    ReplayCost small = cost(third.build());
    assertThat(large.bytesToDevice()).isEqualTo(3 * small.bytesToDevice());
    assertThat(large.bytesToDevice()).isEqualTo(LAPS * 6000 * B);
    assertThat(large.bytesToHost()).isEqualTo(3 * small.bytesToHost()).isPositive();
    assertThat(large.seconds()).isCloseTo(3 * small.seconds(), within(1e-9));
  }
}
