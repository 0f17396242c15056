package io.spillway.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spillway.allocate.DeviceBudget;
import io.spillway.benchmarks.compare.Bounds;
import io.spillway.benchmarks.compare.Outcome;
import io.spillway.benchmarks.compare.SimulatedReplay;
import io.spillway.benchmarks.compare.Watcher;
import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.Traces;
import io.spillway.driver.sim.Calibration;
import io.spillway.driver.sim.GpuModel;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Plans against what the same replays give by themselves, and against what was measured. */
class PlannerTest {

  private static final long MIB = ByteSize.MIB;
  private static final long GIB = ByteSize.GIB;

  /** 16 layers of 16 MiB and a state of 2 MiB: 129 blocks. */
  private static final String LAYERS = "gen:layers?count=16&bytes=16m&laps=3&state=2m&compute=100";

  private static final long LAYERS_BYTES = (16 * 16 + 2) * MIB;

  private static PlanSettings settings(long budgetBytes) {
    return new PlanSettings(
        DeviceBudget.ofBytes(budgetBytes), OptionalLong.empty(), Optional.empty());
  }

  private static CardPlan plan(Trace trace, PlanSettings settings, String gpu) {
    return new Planner(trace, settings).plan(List.of(gpu), Watcher.nobody()).cards().getFirst();
  }

  @Test
  void everyTimeIsThatOfAReplayOfItsOwn() throws IOException {
    Trace trace = Traces.open(LAYERS);
    long budget = 80 * MIB;
    CardPlan plan = plan(trace, settings(budget), "h200");
    assertThat(plan.whyNot()).isEmpty();
    assertThat(plan.footprintBytes()).isEqualTo(LAYERS_BYTES);
    assertThat(plan.budgetBytes()).isEqualTo(budget);
    assertThat(plan.timeFactor()).isEqualTo(1);
    assertThat(plan.ways()).extracting(WayTimes::way).containsExactly(Way.values());
    TraceBlocks blocks = new TraceBlocks(trace);
    GpuModel h200 = GpuModel.h200();
    GpuModel faster = FasterLink.of("h200", 2);
    TraceBlocks split = new TraceBlocks(TraceVariant.launchesSplit(trace));
    for (WayTimes way : plan.ways()) {
      Outcome all = new SimulatedReplay(blocks, h200).run(way.way().contender(), budget);
      assertThat(way.lap()).isEqualTo(all.lastLap());
      assertThat(way.lap().seconds()).isLessThan(all.seconds() / 2);
      assertThat(way.seconds(Change.BUDGET)).isEqualTo(seconds(blocks, h200, way, 100 * MIB));
      assertThat(way.seconds(Change.LINK)).isEqualTo(seconds(blocks, faster, way, budget));
      assertThat(way.seconds(Change.SPLITTING)).isEqualTo(seconds(split, h200, way, budget));
      assertThat(way.seconds()).isGreaterThan(plan.residentSeconds());
    }
    // Three equal laps.
    Bounds bounds = Bounds.of(blocks, h200, budget);
    assertThat(3 * plan.residentSeconds()).isCloseTo(bounds.residentSeconds(), within(1e-6));
  }

  private static double seconds(TraceBlocks blocks, GpuModel model, WayTimes way, long budget) {
    return new SimulatedReplay(blocks, model)
        .run(way.way().contender(), budget)
        .lastLap()
        .seconds();
  }

  @Test
  void onlyTheLinkIsFaster() {
    GpuModel usual = GpuModel.named("rtx-4090");
    GpuModel faster = FasterLink.of("rtx-4090", 2);
    assertThat(faster.pinnedInGBps()).isEqualTo(2 * usual.pinnedInGBps());
    assertThat(faster.prefetchLinkGBps()).isEqualTo(2 * usual.prefetchLinkGBps());
    assertThat(faster.zeroCopyGBps()).isEqualTo(2 * usual.zeroCopyGBps());
    assertThat(faster.deviceReadGBps()).isEqualTo(usual.deviceReadGBps());
    assertThat(faster.faultBatchNanos()).isEqualTo(usual.faultBatchNanos());
    assertThat(faster.memoryBytes()).isEqualTo(usual.memoryBytes());
  }

  @Test
  void computeTimesGoWithTheMemorysBandwidth() throws IOException {
    Trace trace = Traces.open(LAYERS);
    CardPlan plan = plan(trace, settings(80 * MIB), "l4");
    double factor = GpuModel.h200().deviceReadGBps() / GpuModel.named("l4").deviceReadGBps();
    assertThat(plan.timeFactor()).isEqualTo(factor);
    assertThat(plan.residentSeconds()).isBetween(16 * factor * 1e-4, 16 * factor * 1.3e-4);
  }

  @Test
  void timesOfNobodyKnowsWhereStayAsTheyAre() throws IOException {
    Trace trace = Traces.open("gen:scan?bytes=64m&chunk=16m&passes=2");
    assertThat(plan(trace, settings(32 * MIB), "l4").timeFactor()).isEqualTo(1);
  }

  @Test
  void whatFitsRunsAtFullSpeedAndComputeBinds() throws IOException {
    CardPlan plan = plan(Traces.open(LAYERS), settings(GIB), "h200");
    assertThat(plan.ratio()).isLessThan(1);
    for (WayTimes way : plan.ways()) {
      assertThat(way.lap().bytesIn()).isZero();
      assertThat(way.lap().bytesOut()).isZero();
    }
    WayTimes faults = plan.ways().getFirst();
    assertThat(faults.seconds()).isCloseTo(plan.residentSeconds(), within(1e-6));
    assertThat(plan.binds()).contains(Resource.COMPUTE);
  }

  @Test
  void aHostTooSmallIsSaidAndNothingSimulated() throws IOException {
    PlanSettings settings =
        new PlanSettings(
            DeviceBudget.ofBytes(80 * MIB), OptionalLong.of(300 * MIB), Optional.empty());
    CardPlan plan = plan(Traces.open(LAYERS), settings, "h200");
    // A quarter is kept in reserve.
    assertThat(plan.hostBytes()).isEqualTo(225 * MIB);
    assertThat(plan.whyNot().orElseThrow())
        .contains("hold all 258 MiB of managed memory, and has 225 MiB for it");
    assertThat(plan.binds()).contains(Resource.HOST_MEMORY);
    assertThat(plan.ways()).isEmpty();
  }

  @Test
  void aBudgetThatTheCardLacksIsSaidForThatCardAlone() throws IOException {
    Plan plan =
        new Planner(Traces.open(LAYERS), settings(20 * GIB))
            .plan(List.of("rtx-4070", "h200"), Watcher.nobody());
    assertThat(plan.cards().get(0).whyNot().orElseThrow()).contains("device budget of 20 GiB");
    assertThat(plan.cards().get(0).binds()).isEmpty();
    assertThat(plan.cards().get(1).whyNot()).isEmpty();
    assertThat(plan.lapLaunches()).isEqualTo(16);
    assertThat(plan.laps()).isEqualTo(3);
    assertThat(plan.largestLaunchBytes()).isEqualTo(18 * MIB);
  }

  @Test
  void aWayThatTheTraceDoesNotAllowIsRefused() throws IOException {
    CardPlan plan =
        plan(Traces.open("gen:uniform?bytes=64m&launches=20"), settings(32 * MIB), "h200");
    assertThat(plan.ways())
        .extracting(WayTimes::way)
        .containsExactly(Way.FAULTS, Way.HINTED_FAULTS, Way.ONE_AHEAD);
    assertThat(plan.refused()).singleElement().asString().contains("pin-ring needs a trace");
  }

  /**
   * The layered demo, 12 GiB on 4 GiB: each way's lap against the measured one, which the
   * calibration table has. That of the best settings is what a hand can reach; the plan's are
   * fixed.
   */
  @ParameterizedTest
  @CsvSource({
    "HINTED_FAULTS,cyclic.fault_lru_drop",
    "ONE_AHEAD,cyclic.managed_stream_all",
    "KEPT_AND_STREAMED,cyclic.managed_kept12_best",
    "KEPT_AND_STREAMED,cyclic.managed_kept12_median"
  })
  void theLayeredDemoTakesWhatWasMeasured(Way way, String row) throws IOException {
    CardPlan plan = plan(Traces.open("gen:layers?laps=3"), settings(4 * GIB), "h200");
    Calibration.Row measured = Calibration.h200().row(row);
    double seconds =
        plan.ways().stream()
            .filter(each -> each.way() == way)
            .mapToDouble(WayTimes::seconds)
            .findFirst()
            .orElseThrow();
    assertThat(seconds)
        .isBetween(
            measured.measuredLow() * (1 - Calibration.MARGIN),
            measured.measuredHigh() * (1 + Calibration.MARGIN));
  }
}
