package io.spillway.benchmarks.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spillway.benchmarks.compare.Outcome;
import io.spillway.driver.sim.GpuPreset;
import io.spillway.driver.sim.SimulationCounters;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** What is concluded from given laps. */
class CardPlanTest {

  private static WayTimes way(
      Way way, double seconds, double in, double out, double budget, double link, double split) {
    SimulationCounters traffic =
        new SimulationCounters(
            0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (long) (in * 1e9), (long) (out * 1e9), 0);
    return new WayTimes(
        way,
        new Outcome.Lap(seconds, traffic),
        Map.of(Change.BUDGET, budget, Change.LINK, link, Change.SPLITTING, split));
  }

  private static CardPlan plan(double resident, WayTimes... ways) {
    return new CardPlan(
        GpuPreset.of("h200"),
        Optional.empty(),
        300,
        100,
        1000,
        1,
        resident,
        List.of(ways),
        List.of(),
        OptionalDouble.empty());
  }

  @Test
  void theShortestLapIsTheBest() {
    CardPlan plan =
        plan(
            1,
            way(Way.FAULTS, 9, 1, 1, 9, 9, 9),
            way(Way.ONE_AHEAD, 4, 3, 0, 4, 4, 4),
            way(Way.KEPT_AND_STREAMED, 5, 3, 0, 5, 5, 5));
    assertThat(plan.best().orElseThrow().way()).isEqualTo(Way.ONE_AHEAD);
    assertThat(plan.ratio()).isEqualTo(3);
  }

  @Test
  void whatIsBusyLongestBinds() {
    assertThat(plan(1, way(Way.ONE_AHEAD, 4, 3, 0, 4, 4, 4)).binds()).contains(Resource.LINK_IN);
    assertThat(plan(1, way(Way.ONE_AHEAD, 4, 2, 3, 4, 4, 4)).binds()).contains(Resource.LINK_OUT);
    assertThat(plan(3, way(Way.ONE_AHEAD, 4, 2, 1, 4, 4, 4)).binds()).contains(Resource.COMPUTE);
    // Half of the lap is the limit: what is idle longer than anything is busy is bound by no
    // resource but the driver.
    assertThat(plan(1, way(Way.ONE_AHEAD, 4, 1.9, 1, 4, 4, 4)).binds()).contains(Resource.DRIVER);
    assertThat(plan(1, way(Way.ONE_AHEAD, 4, 2, 1, 4, 4, 4)).binds()).contains(Resource.LINK_IN);
  }

  @Test
  void aHostThatCannotHoldItBinds() {
    CardPlan small =
        new CardPlan(
            GpuPreset.of("l4"),
            Optional.of("no"),
            300,
            100,
            299,
            1,
            1,
            List.of(),
            List.of(),
            OptionalDouble.empty());
    assertThat(small.binds()).contains(Resource.HOST_MEMORY);
    assertThat(small.best()).isEmpty();
    assertThat(small.helpsFaults()).isEmpty();
    assertThat(small.helpsBest()).isEmpty();
  }

  @Test
  void whatSavesMostComesFirst() {
    CardPlan plan =
        plan(
            1,
            way(Way.FAULTS, 9, 1, 1, 8.5, 7, 9.5),
            way(Way.ONE_AHEAD, 4, 3, 0, 3.9, 3, 4),
            // With a larger budget another way is the best.
            way(Way.KEPT_AND_STREAMED, 5, 3, 0, 2, 5, 5));
    assertThat(plan.helpsFaults())
        .containsExactly(
            new CardPlan.Help("hints (one ahead)", 4, 5),
            new CardPlan.Help("link x2", 7, 2),
            new CardPlan.Help("budget +25%", 8.5, 0.5),
            new CardPlan.Help("launches split", 9.5, -0.5));
    List<CardPlan.Help> best = new ArrayList<>(plan.helpsBest());
    assertThat(best).extracting(CardPlan.Help::label).startsWith("budget +25%", "link x2");
    assertThat(best.getFirst().seconds()).isEqualTo(2);
    assertThat(best.getFirst().savedSeconds()).isCloseTo(2, within(1e-12));
  }

  @Test
  void theCpuTakesWhatItsFigureSays() {
    assertThat(new CpuFigure.Seconds(3).lapSeconds(1, 4470)).isEqualTo(3);
    assertThat(new CpuFigure.MemoryBandwidth(447).lapSeconds(2, 4470)).isEqualTo(20);
  }
}
