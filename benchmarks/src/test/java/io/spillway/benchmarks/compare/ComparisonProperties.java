package io.spillway.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spillway.benchmarks.compare.policy.PolicyName;
import io.spillway.benchmarks.compare.policy.TraceBlocks;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.Traces;
import io.spillway.driver.sim.GpuModel;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Assume;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;

/** What holds for every policy on every trace at every ratio. */
final class ComparisonProperties {

  /** The simulator's clock has whole nanoseconds; sums of thousands of roundings stay below. */
  private static final double ROUNDING = 1e-5;

  @Property(tries = 25)
  void noPolicyPassesTheBounds(
      @ForAll @LongRange(min = 0, max = 100_000) long seed,
      @ForAll @DoubleRange(min = 1.05, max = 6) double ratio) {
    Trace trace = RandomTraces.of(seed);
    TraceBlocks blocks = new TraceBlocks(trace);
    Assume.that(blocks.count() >= ratio); // else there is no budget: aBudgetOfNothingIsRefused
    long budget = SimulatedReplay.budgetBytes(blocks, ratio);
    Bounds bounds = Bounds.of(blocks, GpuModel.h200(), budget);
    for (Contender contender : Contender.all()) {
      Outcome outcome = new SimulatedReplay(blocks, GpuModel.h200()).run(contender, budget);
      String what = contender.label() + " on " + trace.name() + " at " + ratio;
      assertThat(outcome.bytesIn()).as(what).isGreaterThanOrEqualTo(bounds.leastBytesIn());
      assertThat(outcome.mostResidentBytes()).as(what).isLessThanOrEqualTo(budget);
      assertThat(outcome.seconds()).as(what).isGreaterThanOrEqualTo(bounds.seconds() - ROUNDING);
      assertThat(outcome.steady().isPresent()).isEqualTo(bounds.steady().isPresent());
      bounds
          .steady()
          .ifPresent(
              least -> {
                Outcome.Lap laps = outcome.steady().orElseThrow();
                assertThat(laps.bytesIn()).as(what).isGreaterThanOrEqualTo(least.leastBytesIn());
                assertThat(laps.seconds())
                    .as(what)
                    .isGreaterThanOrEqualTo(least.seconds() - ROUNDING)
                    .isLessThanOrEqualTo(outcome.seconds());
              });
    }
    assertThat(bounds.oracle().bytesIn()).isGreaterThanOrEqualTo(bounds.leastBytesIn());
    assertThat(bounds.oracle().seconds()).isGreaterThanOrEqualTo(bounds.seconds() - ROUNDING);
  }

  @Property(tries = 5)
  void theSameSeedGivesTheSameOutcome(@ForAll @LongRange(min = 0, max = 100_000) long seed) {
    TraceBlocks blocks = new TraceBlocks(RandomTraces.of(seed));
    TraceBlocks again = new TraceBlocks(RandomTraces.of(seed));
    Assume.that(blocks.count() >= 2);
    long budget = SimulatedReplay.budgetBytes(blocks, 2);
    for (Contender contender : Contender.all()) {
      assertThat(new SimulatedReplay(blocks, GpuModel.h200()).run(contender, budget))
          .isEqualTo(new SimulatedReplay(again, GpuModel.h200()).run(contender, budget));
    }
  }

  @Example
  void unfairPairsAreRefusedWithTheReason() throws IOException {
    Trace layers = Traces.open("gen:layers?count=4&bytes=4m&laps=2");
    assertThat(PolicyName.OFFLINE.whyNot(layers).orElseThrow())
        .contains("offline", "says when contents die", layers.name());
    assertThat(PolicyName.PIN_RING.whyNot(layers)).isEmpty();
    Trace random = Traces.open("gen:uniform?bytes=16m&launches=3");
    assertThat(PolicyName.PIN_RING.whyNot(random).orElseThrow()).contains("lap after lap");
    assertThat(PolicyName.ADVISE_ONLY.whyNot(random)).isPresent();
    assertThat(PolicyName.STOCK.whyNot(random)).isEmpty();
    Comparison comparison =
        new UvmComparison(
                List.of(random), Map.of("h200", GpuModel.h200()), List.of(2.0), Contender.all())
            .run(Watcher.nobody());
    assertThat(comparison.refused()).hasSize(3);
    assertThat(comparison.rows().stream().map(Row::policy))
        .startsWith("all-resident", "link-bound", "belady-oracle", "stock")
        .doesNotContain("offline", "pin-ring", "advise-only");
  }

  @Example
  void aCyclicStreamIsServedInTheOrderThatTheoryGives() throws IOException {
    TraceBlocks blocks = new TraceBlocks(Traces.open("gen:layers?count=12&bytes=64m&laps=6"));
    long budget = SimulatedReplay.budgetBytes(blocks, 2);
    double lru = seconds(blocks, PolicyName.LRU, budget);
    double tournament = seconds(blocks, PolicyName.TOURNAMENT, budget);
    double oneAhead = seconds(blocks, PolicyName.ONE_AHEAD, budget);
    double pinRing = seconds(blocks, PolicyName.PIN_RING, budget);
    double stock = seconds(blocks, PolicyName.STOCK, budget);
    assertThat(pinRing).isLessThan(oneAhead);
    assertThat(oneAhead).isLessThan(tournament);
    assertThat(tournament).isLessThan(lru);
    assertThat(lru).isLessThan(stock);
  }

  @Example
  void steadyLapsAreTheSecondHalfAndAddUp() throws IOException {
    TraceBlocks blocks = new TraceBlocks(Traces.open("gen:layers?count=6&bytes=16m&laps=5"));
    long budget = SimulatedReplay.budgetBytes(blocks, 2);
    Contender stock = new Contender.Planned(PolicyName.STOCK);
    Outcome five = new SimulatedReplay(blocks, GpuModel.h200()).run(stock, budget);
    TraceBlocks shorter = new TraceBlocks(Traces.open("gen:layers?count=6&bytes=16m&laps=3"));
    Outcome three = new SimulatedReplay(shorter, GpuModel.h200()).run(stock, budget);
    Outcome.Lap steady = five.steady().orElseThrow();
    assertThat(steady.seconds()).isCloseTo(five.seconds() - three.seconds(), within(1e-9));
    assertThat(steady.bytesIn()).isEqualTo(five.bytesIn() - three.bytesIn());
    assertThat(three.steady()).contains(three.lastLap());
    TraceBlocks once = new TraceBlocks(Traces.open("gen:layers?count=6&bytes=16m&laps=1"));
    assertThat(new SimulatedReplay(once, GpuModel.h200()).run(stock, budget).steady()).isEmpty();
    assertThat(Bounds.of(once, GpuModel.h200(), budget).steady()).isEmpty();
  }

  private static double seconds(TraceBlocks blocks, PolicyName policy, long budget) {
    return new SimulatedReplay(blocks, GpuModel.h200())
        .run(new Contender.Planned(policy), budget)
        .seconds();
  }

  @Example
  void aBudgetOfNothingIsRefused() throws IOException {
    TraceBlocks blocks = new TraceBlocks(Traces.open("gen:uniform?bytes=2m&launches=1"));
    assertThatThrownBy(() -> SimulatedReplay.budgetBytes(blocks, 3))
        .hasMessageContaining("less than one block");
    assertThatThrownBy(() -> Contender.named("nobody")).hasMessageContaining("second-chance");
  }
}
