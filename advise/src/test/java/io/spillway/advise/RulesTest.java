package io.spillway.advise;

import static io.spillway.advise.ProfileSketch.Touch.read;
import static io.spillway.advise.ProfileSketch.Touch.unknown;
import static io.spillway.advise.ProfileSketch.Touch.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spillway.allocate.MemoryKind;
import io.spillway.profile.BlockMeasure;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.range.Blocks;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Each rule on profiles made by hand, at round prices: faults at 5 GB/s, read-mostly faults at 20,
 * write-backs at 10, in place 50, setting read-mostly at 10, device memory 4000.
 */
class RulesTest {

  private static final double BLOCK = Blocks.BYTES;

  /**
   * A kernel whose caches hold all of a block could go over it once in that time: they deliver 7
   * times what device memory does.
   */
  private static final double ONCE_NANOS = BLOCK / (7 * 4000);

  private final ProfileSketch sketch = new ProfileSketch();

  private static BlockView block(Profile profile, int allocation, int block) {
    PhaseProfile phase = profile.phases().get(1);
    LapView lap = LapView.of(profile, phase, Prices.of(profile.recording().machine()), 1);
    return new BlockView(lap, allocation, block);
  }

  private static Optional<Verdict> judged(Rule rule, Profile profile, int allocation, int block) {
    return rule.judge(block(profile, allocation, block));
  }

  private void assertSaves(
      Optional<Verdict> verdict, Basis basis, double seconds, double toDevice, double toHost) {
    assertThat(verdict).isPresent();
    assertThat(verdict.get().basis()).isEqualTo(basis);
    assertThat(verdict.get().saving().seconds()).isCloseTo(seconds, within(1e-12));
    assertThat(verdict.get().saving().bytesToDevice()).isEqualTo((long) toDevice);
    assertThat(verdict.get().saving().bytesToHost()).isEqualTo((long) toHost);
  }

  @Test
  void whatKernelsOnlyReadAndTheBudgetCannotHoldIsReadMostly() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch.phase(10).kernel("scan", 0, read(data, 0, 3));
    // Each of ten laps brings the block in and writes it back.
    assertSaves(
        judged(new ReadMostlyRule(), sketch.build(), data, 1),
        Basis.PROVEN,
        10 * (BLOCK / 5e9 + BLOCK / 10e9 - BLOCK / 20e9) - BLOCK / 10e9,
        0,
        10 * BLOCK);
  }

  @Test
  void whatFitsTheBudgetGetsNoHint() {
    int data = sketch.budgetBlocks(3).managed("data", 3);
    sketch.phase(10).kernel("scan", ONCE_NANOS, read(data, 0, 3));
    Profile profile = sketch.build();
    for (Rule rule : Rules.standard()) {
      assertThat(judged(rule, profile, data, 1)).as(rule.name()).isEmpty();
    }
  }

  @Test
  void whatWasSeenToStayGetsNoHintWhateverTheModelSays() {
    int data = sketch.budgetBlocks(2).gpuFaults(9).managed("data", 3);
    ProfileSketch.PhaseSketch phase =
        sketch
            .phase(10)
            .kernel("scan", ONCE_NANOS, read(data, 0, 3))
            .happened(BlockMeasure.FAULT_LAPS, read(data, 0, 3), 1);
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 0)).isEmpty();
    phase.happened(BlockMeasure.TO_HOST_PREFETCH, read(data, 0, 1), Blocks.BYTES);
    phase.happened(BlockMeasure.FAULT_LAPS, read(data, 1, 2), 1);
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 0)).isPresent();
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 1)).isPresent();
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 2)).isEmpty();
  }

  private void assertSavesOf(int data, int block, double blocksIn, double blocksOut) {
    assertSaves(
        judged(new ReadMostlyRule(), sketch.build(), data, block),
        Basis.PROVEN,
        blocksIn * (BLOCK / 5e9 - BLOCK / 20e9) + blocksOut * BLOCK / 10e9 - BLOCK / 10e9,
        0,
        blocksOut * BLOCK);
  }

  @Test
  void noMoreIsSavedThanTheRecordingTellsOf() {
    int data = sketch.budgetBlocks(2).managed("data", 5);
    sketch
        .phase(10)
        .kernel("scan", ONCE_NANOS, read(data, 0, 5))
        .happened(BlockMeasure.TO_DEVICE_COHERENCE, read(data, 0, 3), 4 * Blocks.BYTES)
        .happened(BlockMeasure.TO_DEVICE_USER, read(data, 0, 1), 2 * Blocks.BYTES)
        .happened(BlockMeasure.TO_DEVICE_COPY, read(data, 0, 5), 3 * Blocks.BYTES)
        .happened(BlockMeasure.TO_HOST_EVICTION, read(data, 1, 2), 5 * Blocks.BYTES)
        .happened(BlockMeasure.TO_HOST_USER, read(data, 2, 3), 99 * Blocks.BYTES)
        .happened(BlockMeasure.TO_HOST_USER, read(data, 3, 4), Blocks.BYTES)
        .happened(BlockMeasure.ASKED_TO_HOST, read(data, 3, 4), 7 * Blocks.BYTES);
    assertSavesOf(data, 0, 10, 10);
    sketch.transfersTold();
    assertSavesOf(data, 0, 6, 0);
    assertSavesOf(data, 1, 6, 5);
    assertSavesOf(data, 2, 10, 10);
    assertSavesOf(data, 3, 8, 7);
    assertSavesOf(data, 4, 1, 0);
  }

  @Test
  void whatCopiesFillAndNeverLeavesTakesLongerToFillOnTheHost() {
    int data = sketch.budgetBlocks(2).transfersTold().managed("data", 3);
    sketch
        .phase(10)
        .kernel("scan", ONCE_NANOS, read(data, 0, 3))
        .happened(BlockMeasure.TO_DEVICE_COHERENCE, read(data, 0, 3), 10 * Blocks.BYTES)
        .happened(BlockMeasure.TO_HOST_EVICTION, read(data, 1, 2), 10 * Blocks.BYTES);
    sketch.ever(BlockMeasure.COPY_WRITES, data, 0, 2, 1);
    double faults = 10 * (BLOCK / 5e9 - BLOCK / 20e9) - BLOCK / 10e9;
    assertSaves(
        judged(new ReadMostlyRule(), sketch.build(), data, 0),
        Basis.PROVEN,
        faults - BLOCK / 4e9,
        0,
        0);
    assertSaves(
        judged(new ReadMostlyRule(), sketch.build(), data, 1),
        Basis.PROVEN,
        faults + 10 * BLOCK / 10e9,
        0,
        10 * BLOCK);
    assertSaves(judged(new ReadMostlyRule(), sketch.build(), data, 2), Basis.PROVEN, faults, 0, 0);
    assertSaves(
        judged(new ZeroCopyRule(), sketch.build(), data, 0),
        Basis.PROVEN,
        10 * (BLOCK / 5e9 - BLOCK / 50e9) - BLOCK / 4e9,
        0,
        0);
  }

  @Test
  void plainMemoryTakesItsPartOfABudgetThatWasGiven() {
    int data = sketch.budgetBlocks(4).managed("data", 3);
    sketch.phase(10).kernel("scan", 0, read(data, 0, 3));
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 0)).isEmpty();
    sketch.allocation("plain", "plain", MemoryKind.DEVICE, 2, 1);
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 0)).isPresent();
  }

  @Test
  void aSingleWriteFaultForbidsReadMostlyAndZeroCopy() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch
        .phase(10)
        .kernel("scan", ONCE_NANOS, read(data, 0, 3))
        .happened(BlockMeasure.GPU_ATOMIC_FAULTS, read(data, 1, 2), 1);
    Profile profile = sketch.build();
    assertThat(judged(new ReadMostlyRule(), profile, data, 1)).isEmpty();
    assertThat(judged(new ZeroCopyRule(), profile, data, 1)).isEmpty();
    assertThat(judged(new ReadMostlyRule(), profile, data, 0)).isPresent();
  }

  @Test
  void aCopyIntoItInEveryLapForbidsReadMostlyButNotZeroCopy() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch
        .phase(10)
        .copy("cuMemcpyHtoD@a.B.c:1", write(data, 0, 1))
        .kernel("scan", 3 * ONCE_NANOS, read(data, 0, 3));
    Profile profile = sketch.build();
    assertThat(judged(new ReadMostlyRule(), profile, data, 0)).isEmpty();
    assertThat(judged(new ReadMostlyRule(), profile, data, 1)).isPresent();
    assertThat(judged(new ZeroCopyRule(), profile, data, 0)).isPresent();
  }

  @Test
  void unknownTouchesCountAsReadsOnlyAfterTwoLapsOfReadFaultsAndNoWriteFaultAnywhere() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    ProfileSketch.PhaseSketch phase =
        sketch
            .phase(10)
            .kernel("scan", ONCE_NANOS, unknown(data, 0, 3))
            .happened(BlockMeasure.GPU_READ_FAULTS, unknown(data, 0, 3), 7)
            .happened(BlockMeasure.FAULT_LAPS, unknown(data, 0, 2), 2)
            .happened(BlockMeasure.FAULT_LAPS, unknown(data, 2, 3), 1);
    Profile profile = sketch.build();
    assertThat(judged(new ReadMostlyRule(), profile, data, 0).map(Verdict::basis))
        .contains(Basis.OBSERVED);
    assertThat(judged(new ReadMostlyRule(), profile, data, 2)).isEmpty();
    phase.happened(BlockMeasure.GPU_WRITE_FAULTS, unknown(data, 2, 3), 1);
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 0)).isEmpty();
  }

  /** Of a batch one address is told, which may lie in another allocation. */
  @Test
  void unknownTouchesAreNoReadsWhereTransfersServedABatchThatWrites() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    int other = sketch.managed("other", 1);
    ProfileSketch.PhaseSketch phase =
        sketch
            .phase(10)
            .kernel("scan", ONCE_NANOS, unknown(data, 0, 3), unknown(other, 0, 1))
            .happened(BlockMeasure.GPU_READ_FAULTS, unknown(data, 0, 3), 7)
            .happened(BlockMeasure.FAULT_LAPS, unknown(data, 0, 3), 2)
            .happened(BlockMeasure.GPU_WRITE_FAULTS, unknown(other, 0, 1), 1)
            .happened(BlockMeasure.WRITE_FAULTED_PARTS, unknown(other, 0, 1), 1);
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 0).map(Verdict::basis))
        .contains(Basis.OBSERVED);
    phase.happened(BlockMeasure.WRITE_FAULTED_PARTS, unknown(data, 2, 3), 1 << 7);
    assertThat(judged(new ReadMostlyRule(), sketch.build(), data, 0)).isEmpty();
  }

  private Optional<Verdict> readBeside(Consumer<ProfileSketch.PhaseSketch> others) {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    ProfileSketch.PhaseSketch phase = sketch.phase(10).kernel("scan", 0, read(data, 0, 3));
    others.accept(phase);
    return judged(new ReadMostlyRule(), sketch.build(), data, 0);
  }

  @Test
  void proofHoldsWhileEveryKernelIsKnown() {
    int other = sketch.managed("other", 1);
    assertThat(readBeside(phase -> phase.kernel("fill", 0, write(other, 0, 1))).map(Verdict::basis))
        .contains(Basis.PROVEN);
  }

  @Test
  void aKernelThatMayFollowAPointerInMemoryLeavesNoProof() {
    int table = sketch.managed("table", 1);
    assertThat(
            readBeside(phase -> phase.kernel("chase", 0, unknown(table, 0, 1))).map(Verdict::basis))
        .contains(Basis.OBSERVED);
  }

  @Test
  void aKernelThatIsGivenNoMemoryLeavesNoProof() {
    assertThat(readBeside(phase -> phase.kernel("chase", 0)).map(Verdict::basis))
        .contains(Basis.OBSERVED);
  }

  @Test
  void aKernelThatNobodySawLaunchedLeavesNoProof() {
    assertThat(readBeside(_ -> sketch.unseen("gemm")).map(Verdict::basis)).contains(Basis.OBSERVED);
  }

  @Test
  void aRunOfAKernelThatWasSeenLaunchedIsKnown() {
    assertThat(readBeside(_ -> sketch.unseen("scan")).map(Verdict::basis)).contains(Basis.PROVEN);
  }

  @Test
  void theReasonSaysWhatIsNotKnown() {
    int table = sketch.managed("table", 1);
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch.phase(10).kernel("scan", 0, read(data, 0, 3)).kernel("chase", 0, unknown(table, 0, 1));
    assertThat(reason(sketch.build(), data))
        .startsWith("by their PTX the kernels that are given it only read it, but others may");
  }

  private static String reason(Profile profile, int allocation) {
    LapView lap =
        LapView.of(profile, profile.phases().getLast(), Prices.of(ProfileSketch.ROUND), 1);
    return new ReadMostlyRule()
        .reason(SpanFigures.of(lap, allocation, new BlockSpan(0, 3), Basis.OBSERVED));
  }

  @Test
  void readOnceIsCheaperInPlaceAndReadTwentyTimesIsNot() {
    int data = sketch.budgetBlocks(2).managed("data", 4);
    sketch
        .phase(10)
        .kernel("once", 2 * ONCE_NANOS, read(data, 0, 2))
        .kernel("often", 40 * ONCE_NANOS, read(data, 2, 4));
    Profile profile = sketch.build();
    double moved = BLOCK / 5e9 + BLOCK / 10e9;
    assertSaves(
        judged(new ZeroCopyRule(), profile, data, 0),
        Basis.PROVEN,
        10 * (moved - BLOCK / 50e9),
        0,
        10 * BLOCK);
    assertSaves(
        judged(new ZeroCopyRule(), profile, data, 3),
        Basis.PROVEN,
        10 * (moved - 20 * BLOCK / 50e9),
        10 * (BLOCK - 20 * BLOCK),
        10 * BLOCK);
    assertThat(judged(new ZeroCopyRule(), profile, data, 3).get().saving().seconds()).isNegative();
  }

  @Test
  void withoutKernelTimesNothingIsReadInPlace() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch.phase(10).kernel("scan", 0, read(data, 0, 3));
    assertThat(judged(new ZeroCopyRule(), sketch.build(), data, 0)).isEmpty();
  }

  @Test
  void aLaunchThatWaitedForFaultsTellsNothingButOneOnPlainMemoryTellsForItsSite() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    int plain = sketch.allocation("plain", "plain", MemoryKind.DEVICE, 1, 1);
    sketch.phase(10).stalled("scan", 3 * ONCE_NANOS, 2 * ONCE_NANOS, read(data, 0, 3));
    assertThat(judged(new ZeroCopyRule(), sketch.build(), data, 0)).isEmpty();
    sketch.phase(10).kernel("scan", ONCE_NANOS, read(plain, 0, 1));
    assertSaves(
        judged(new ZeroCopyRule(), sketch.build(), data, 0),
        Basis.PROVEN,
        10 * (BLOCK / 5e9 + BLOCK / 10e9 - BLOCK / 50e9),
        0,
        10 * BLOCK);
  }

  @Test
  void sparseReadsCrossTheLinkForWhatTheyTouch() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    sketch
        .phase(10)
        .kernel("gather", ONCE_NANOS / 100, read(data, 0, 3))
        .happened(BlockMeasure.MOVED_PARTS, read(data, 0, 3), 0xFFL);
    // 8 of 32 parts moved; the kernel's time allows for less, which does not prove less.
    assertSaves(
        judged(new ZeroCopyRule(), sketch.build(), data, 0),
        Basis.PROVEN,
        10 * (BLOCK / 5e9 + BLOCK / 10e9 - BLOCK / 4 / 50e9),
        10 * (BLOCK - BLOCK / 4),
        10 * BLOCK);
  }

  @Test
  void hostAndDeviceTakingTurnsMeetInPlace() {
    int data = sketch.budgetBlocks(8).managed("data", 1);
    sketch
        .phase(10)
        .kernel("step", ONCE_NANOS, read(data, 0, 1))
        .happened(BlockMeasure.HOST_TURNS, read(data, 0, 1), 10)
        .happened(BlockMeasure.CPU_WRITE_FAULTS, read(data, 0, 1), 10);
    Profile profile = sketch.build();
    assertSaves(
        judged(new PingPongRule(), profile, data, 0),
        Basis.PROVEN,
        10 * (BLOCK / 5e9 + BLOCK / 10e9 - BLOCK / 50e9),
        0,
        10 * BLOCK);
    assertThat(judged(new ReadMostlyRule(), profile, data, 0)).as("the host writes it").isEmpty();
  }

  @Test
  void fewerTurnsThanLapsAreNoPingPong() {
    int data = sketch.budgetBlocks(8).managed("data", 1);
    sketch
        .phase(10)
        .kernel("step", ONCE_NANOS, read(data, 0, 1))
        .happened(BlockMeasure.HOST_TURNS, read(data, 0, 1), 9);
    assertThat(judged(new PingPongRule(), sketch.build(), data, 0)).isEmpty();
  }

  @Test
  void whatMostLaunchesUseShouldLiveOnTheDeviceIfTheReplaySaysSo() {
    int hot = sketch.budgetBlocks(2).managed("hot", 1);
    int data = sketch.managed("data", 4);
    ProfileSketch.PhaseSketch phase = sketch.phase(10);
    for (int i = 0; i < 4; i++) {
      phase.kernel("step", 0, write(hot, 0, 1), read(data, i, i + 1));
    }
    Profile profile = sketch.build();
    assertSaves(judged(new PreferDeviceRule(), profile, hot, 0), Basis.OBSERVED, 0, 0, 0);
    assertThat(judged(new PreferDeviceRule(), profile, data, 0)).isEmpty();
  }

  @Test
  void whatEachLapWritesOverIsProposedForDiscarding() {
    int scratch = sketch.budgetBlocks(1).managed("scratch", 2);
    sketch
        .phase(10)
        .kernel("make", 0, write(scratch, 0, 2))
        .kernel("use", 0, read(scratch, 0, 2))
        .happened(BlockMeasure.OVERWRITES, write(scratch, 0, 1), 10)
        .happened(BlockMeasure.OVERWRITES, write(scratch, 1, 2), 9);
    Profile profile = sketch.build();
    // Two touches a lap, each of which misses.
    assertSaves(
        judged(new ScratchRule(), profile, scratch, 0),
        Basis.PROVEN,
        10 * 2 * (BLOCK / 5e9 + BLOCK / 10e9),
        10 * 2 * BLOCK,
        10 * 2 * BLOCK);
    assertThat(judged(new ScratchRule(), profile, scratch, 1)).isEmpty();
    assertThat(new ScratchRule().treatment().applicable()).isFalse();
  }

  @Test
  void aLapInOrderThroughTooLittleRoomMissesEveryBlockAndInTurnsOnlyTheMiddle() {
    int data = sketch.budgetBlocks(2).managed("data", 3);
    ProfileSketch.PhaseSketch phase = sketch.phase(5);
    for (int block : List.of(0, 1, 2, 1)) {
      phase.kernel("step" + block, 0, read(data, block, block + 1));
    }
    Profile profile = sketch.build();
    assertThat(block(profile, data, 0).bytesInPerLap()).isEqualTo(BLOCK);
    assertThat(block(profile, data, 1).bytesInPerLap()).isZero();
    assertThat(block(profile, data, 1).touches()).isEqualTo(2);
    assertThat(block(profile, data, 2).bytesOutPerLap()).isEqualTo(BLOCK);
  }
}
