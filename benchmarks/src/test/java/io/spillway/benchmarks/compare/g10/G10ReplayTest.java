package io.spillway.benchmarks.compare.g10;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spillway.benchmarks.compare.g10.FaultPenalty.Side;
import io.spillway.benchmarks.trace.DnnFiles;
import io.spillway.benchmarks.trace.DnnTrainingFile;
import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kernel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The artifact's rule on cases that can be worked out by hand. */
class G10ReplayTest {

  private static final long MIB = 1L << 20;

  /** 4.2 million cycles: all kernels of the chain. */
  private static final long CHAIN_CYCLES = 1_200_000 + 2_400_000 + 600_000;

  @TempDir private Path folder;

  private TrainingIteration chain() throws IOException {
    return DnnTrainingFile.read(DnnFiles.chain(folder));
  }

  private static Kernel kernel(long nanos, long inputFaultNanos, long faultNanos) {
    return new Kernel(
        "k", nanos, nanos, inputFaultNanos, faultNanos, List.of(0), List.of(1), false);
  }

  private static Side side(long pages, long missing, long onSsd) {
    Side side = new Side();
    side.pages = pages;
    side.missing = missing;
    side.missingOnSsd = onSsd;
    return side;
  }

  @ParameterizedTest
  @EnumSource(G10Policy.class)
  void whatFitsRunsAtFullSpeedOnceItIsThere(G10Policy policy) throws IOException {
    List<G10Iteration> runs =
        new G10Replay(chain(), policy, G10Machine.hostOnly().withGpuBytes(12 * MIB)).run(2);
    assertThat(runs.getFirst().bytesIn()).isEqualTo(2 * MIB);
    assertThat(runs.getLast().cycles()).isEqualTo(CHAIN_CYCLES);
    assertThat(runs.getLast().bytesIn()).isZero();
    assertThat(runs.getLast().bytesOut()).isZero();
    assertThat(runs.getLast().stallCycles()).isZero();
  }

  @Test
  void missingBytesCostTheLinksTime() throws IOException {
    List<G10Iteration> runs =
        new G10Replay(chain(), G10Policy.LRU, G10Machine.hostOnly().withGpuBytes(12 * MIB)).run(1);
    // Kernel 0 lacks the weight (2 MiB) and A (4, never touched), kernel 1 lacks B (4).
    double missing = 10 * MIB / G10Machine.LINK_BYTES_PER_SECOND * G10Machine.CLOCK_HZ;
    assertThat(runs.getFirst().cycles()).isCloseTo(CHAIN_CYCLES + (long) missing, within(2L));
    assertThat(runs.getFirst().firstTouchPages()).isEqualTo(2 * 4 * MIB / 4096);
    assertThat(runs.getFirst().faultedHostPages()).isEqualTo(2 * MIB / 4096);
  }

  @Test
  void pagesArriveFiftyATick() throws IOException {
    // Nothing fits beside anything: what a kernel needs comes in over ticks, longer than it runs.
    TrainingIteration quick = chain().withoutFlatTime();
    List<G10Iteration> runs =
        new G10Replay(quick, G10Policy.LRU, G10Machine.hostOnly().withGpuBytes(8 * MIB)).run(2);
    G10Iteration steady = runs.getLast();
    long ticks = (steady.bytesIn() / 4096 + 49) / 50;
    assertThat(steady.cycles()).isGreaterThanOrEqualTo(ticks * G10Machine.TICK_CYCLES);
    assertThat(steady.bytesIn()).isEqualTo(steady.bytesOut()).isGreaterThan(0);
  }

  @Test
  void deadPagesAreDroppedByDeepUmAndWrittenOutByBaseUvm() throws IOException {
    G10Machine small = G10Machine.hostOnly().withGpuBytes(8 * MIB);
    G10Iteration base = new G10Replay(chain(), G10Policy.LRU, small).run(2).getLast();
    G10Iteration deepUm = new G10Replay(chain(), G10Policy.DEEP_UM, small).run(2).getLast();
    assertThat(deepUm.bytesOut()).isLessThan(base.bytesOut());
  }

  @Test
  void aKernelThatCannotFitIsRefused() throws IOException {
    TrainingIteration iteration = chain();
    G10Machine tiny = G10Machine.hostOnly().withGpuBytes(6 * MIB);
    assertThatThrownBy(() -> new G10Replay(iteration, G10Policy.LRU, tiny))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("kernel 1");
  }

  @Test
  void twoRunsAreTheSame() throws IOException {
    G10Machine small = G10Machine.published().withGpuBytes(8 * MIB);
    assertThat(new G10Replay(chain(), G10Policy.DEEP_UM, small).run(3))
        .isEqualTo(new G10Replay(chain(), G10Policy.DEEP_UM, small).run(3));
  }

  @Test
  void thePenaltyIsTheMissingBytesAtTheLink() {
    long cycles = FaultPenalty.cycles(kernel(0, 0, 0), side(1000, 500, 0), side(100, 100, 0));
    assertThat(cycles).isCloseTo((long) (600 * 4096 / 15.754e9 * 1.2e9), within(1L));
  }

  @Test
  void missingPagesOnTheSsdTakeItsTime() {
    long cycles = FaultPenalty.cycles(kernel(0, 0, 0), side(1000, 1000, 900), side(0, 0, 0));
    assertThat(cycles).isCloseTo((long) (900 * 4096 / 3.2e9 * 1.2e9), within(1L));
    long host = FaultPenalty.cycles(kernel(0, 0, 0), side(1000, 1000, 100), side(0, 0, 0));
    assertThat(host).isCloseTo((long) (900 * 4096 / 12.554e9 * 1.2e9), within(1L));
  }

  @Test
  void measuredFaultTimesCountInWholeSeconds() {
    long second = 1_000_000_000L;
    Side inputs = side(1_000_000, 1_000_000, 0);
    Side none = side(0, 0, 0);
    // 1.9 s of faults over 0.9 s: one whole second for 4 GB, slower than the link.
    assertThat(
            FaultPenalty.cycles(kernel(900_000_000, 900_000_000, 19 * second / 10), inputs, none))
        .isCloseTo((long) 1.2e9, within(2L));
    assertThat(FaultPenalty.cycles(kernel(0, 0, 999_999_999), inputs, none))
        .isCloseTo((long) (4.096e9 / 15.754e9 * 1.2e9), within(2L));
  }

  @Test
  void theBoundIsComputingOrThePeaksExcess() throws IOException {
    G10Bound roomy = G10Bound.of(chain(), 40 * MIB);
    assertThat(roomy.peakLiveBytes()).isEqualTo(10 * MIB);
    assertThat(roomy.leastBytes()).isZero();
    assertThat(roomy.seconds()).isEqualTo(CHAIN_CYCLES / 1.2e9);
    G10Bound tight = G10Bound.of(chain(), 6 * MIB);
    assertThat(tight.leastBytes()).isEqualTo(4 * MIB);
  }
}
