package io.spillway.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.Traces;
import io.spillway.driver.sim.GpuModel;
import io.spillway.profile.RunSchedule;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What having seen the trace once is worth. */
class EarlierRunTest {

  @Test
  void aCyclicTraceHasItsLapInTheScheduleAndAnotherAllItsLaunches() throws IOException {
    RunSchedule layers = EarlierRun.of(Traces.open("gen:layers?count=16&bytes=4m&laps=3"));
    assertThat(layers.before()).isEmpty();
    assertThat(layers.lap()).hasSize(16);

    Trace join = Traces.open("gen:join");
    RunSchedule joined = EarlierRun.of(join);
    assertThat(joined.lap()).isEmpty();
    assertThat(joined.before()).hasSize(join.launches());
  }

  /**
   * Laps, whose first is fetched ahead; launches that never repeat, all of them known, of which
   * what is used again last is left in place; and laps of which a launch does not fit. In simulated
   * seconds as well, since a run that has not seen it gets faster, too.
   */
  @ParameterizedTest
  @CsvSource({
    "gen:layers, 1.5, 0.678, 0.96",
    "gen:scan?passes=3, 3, 1.386, 0.94",
    "gen:training, 1.5, 2.000, 0.88",
    "gen:moe, 5, 3.680, 0.90",
    "gen:join, 1.5, 0.525, 1.03",
    "gen:join, 3, 2.6, 0.95",
    "gen:models, 5, 12.7, 0.95",
    "gen:moe?fused=4&batch=4, 2, 4.7, 0.86",
    "gen:moe?fused=4&batch=4, 3, 7.5, 0.97",
    "gen:bfs, 1.1, 0.51, 0.83",
    "gen:bfs, 5, 0.94, 0.95"
  })
  void itTakesAtMostSoLongAndThatPartOfNotHavingSeenIt(
      String name, double ratio, double mostSeconds, double part) throws IOException {
    TraceBlocks blocks = new TraceBlocks(Traces.open(name));
    long budgetBytes = SimulatedReplay.budgetBytes(blocks, ratio);
    SimulatedReplay replay = new SimulatedReplay(blocks, GpuModel.h200());

    double seen = replay.run(Contender.named("session-profile"), budgetBytes).seconds();
    double unseen = replay.run(Contender.named("session-auto"), budgetBytes).seconds();

    assertThat(seen).isLessThan(mostSeconds);
    assertThat(seen / unseen).isLessThan(part);
  }
}
