package io.spillway.samples.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.SpillwayStatistics;
import io.spillway.allocate.AllocationStatistics;
import io.spillway.hint.HintStatistics;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class ProgramComparisonTest {

  private static final ProgramRun RIGHT = run(3, 1, "a", true);

  /** One that goes over its data twice, the second time three times as fast. */
  private static ProgramRun run(double seconds, double launchSeconds, String checksum, boolean ok) {
    return run(seconds, launchSeconds, OptionalDouble.empty(), checksum, ok);
  }

  private static ProgramRun run(
      double seconds,
      double launchSeconds,
      OptionalDouble mostOfBudget,
      String checksum,
      boolean ok) {
    return new ProgramRun(
        seconds,
        launchSeconds,
        OptionalDouble.of(launchSeconds * 3 / 4),
        OptionalDouble.of(launchSeconds / 4),
        mostOfBudget,
        checksum,
        ok);
  }

  private static ProgramRun keeping(double mostOfBudget, double launchSeconds) {
    return run(2 * launchSeconds, launchSeconds, OptionalDouble.of(mostOfBudget), "a", true);
  }

  /** Tries every split of the budget between what is read and what is written. */
  @Property
  void whatCrossesTheLinkIsTheBestSplitOfTheBudget(
      @ForAll @LongRange(min = 0, max = 60) long read,
      @ForAll @LongRange(min = 0, max = 60) long written,
      @ForAll @LongRange(min = 0, max = 300) long footprint) {
    // In even numbers, so that halves are whole.
    Passes passes = passes(6 * footprint, new Passes.Alike(1, 2 * read, 2 * written));
    long budget = passes.budgetBytes();
    long best =
        LongStream.rangeClosed(0, budget)
            .map(
                forReads ->
                    Math.max(
                        Math.max(0, 2 * read - forReads),
                        Math.max(0, 2 * written - (budget - forReads))))
            .min()
            .orElseThrow();

    assertThat(passes.linkBytes()).isEqualTo(best);
  }

  private static Passes passes(long footprintBytes, Passes.Alike... alike) {
    return new Passes(footprintBytes, List.of(alike));
  }

  /** As of a store that grows: what fits crosses no link, and the last ones cross most. */
  @Test
  void eachPassCountsForWhatItGoesOver() throws JsonProcessingException {
    Passes growing =
        Passes.of(
            new ObjectMapper()
                .readTree(
                    """
                    {"footprint_bytes": 300, "pass_bytes": [
                      {"count": 4, "read": 80, "written": 0},
                      {"count": 4, "read": 120, "written": 5},
                      {"count": 3, "read": 200, "written": 0}]}
                    """));

    assertThat(growing.budgetBytes()).isEqualTo(100);
    assertThat(growing.linkBytes()).isEqualTo(4 * 20 + 3 * 100);
    assertThat(growing.linkBytesOfLast()).isEqualTo(100);
    assertThat(passes(300).linkBytesOfLast()).as("of none").isZero();
  }

  private static ProgramComparison comparison() {
    // 2 passes over 9 GB, 3 GB of them within the budget, at 2 GB/s: 6 s.
    Passes passes = passes(9_000_000_000L, new Passes.Alike(2, 9_000_000_000L, 0));
    ProgramComparison comparison = new ProgramComparison("reader", passes, 2);
    comparison.add(ProgramWay.PLAIN, RIGHT);
    return comparison;
  }

  @Test
  void constrainedWaysAreHeldToTheLinkAndOthersToThePlainRun() {
    ProgramComparison comparison = comparison();
    comparison.add(ProgramWay.FITS, run(3, 1.25, "a", true));
    comparison.add(ProgramWay.FAULTS, run(70, 60, "a", true));
    comparison.add(ProgramWay.ENGINE, run(9, 8, "a", true));

    assertThat(comparison.fractionOfBound(ProgramWay.FITS)).isEqualTo(0.8, within(1e-9));
    assertThat(comparison.fractionOfBound(ProgramWay.ENGINE)).isEqualTo(0.75, within(1e-9));
    assertThat(comparison.laterFractionOfBound(ProgramWay.ENGINE)).hasValue(1.5);
    assertThat(comparison.over(ProgramWay.FAULTS, ProgramWay.ENGINE)).hasValue(7.5);
    assertThat(comparison.over(ProgramWay.FAULTS, ProgramWay.FITS)).isEmpty();
    assertThat(comparison.over(ProgramWay.ZERO_COPY, ProgramWay.ENGINE)).as("not run").isEmpty();
    assertThat(comparison.equal()).isTrue();
  }

  @Test
  void whoDoesNotKeepTheBudgetIsNoMeasureForWhoDoes() {
    ProgramComparison comparison = comparison();
    comparison.add(ProgramWay.FAULTS, keeping(1, 8));
    comparison.add(ProgramWay.FAULTS, keeping(2.5, 2));
    comparison.add(ProgramWay.ZERO_COPY, keeping(1, 12));
    comparison.add(ProgramWay.ENGINE, keeping(0.99, 8));

    assertThat(comparison.mostOfBudget(ProgramWay.FAULTS)).hasValue(2.5);
    assertThat(comparison.exceeds(ProgramWay.FAULTS)).isTrue();
    assertThat(comparison.boundSeconds(ProgramWay.FAULTS)).as("the plain run").isEqualTo(1);
    assertThat(comparison.over(ProgramWay.FAULTS, ProgramWay.ENGINE)).isEmpty();
    assertThat(comparison.over(ProgramWay.ZERO_COPY, ProgramWay.FAULTS)).isEmpty();
    assertThat(comparison.exceeds(ProgramWay.ENGINE)).isFalse();
    assertThat(comparison.boundSeconds(ProgramWay.ENGINE)).isEqualTo(6);
    assertThat(comparison.over(ProgramWay.ZERO_COPY, ProgramWay.ENGINE)).hasValue(1.5);
    assertThat(comparison.mostOfBudget(ProgramWay.FITS)).isEmpty();
  }

  /** The line is the session's own, so that its words and those looked for are the same. */
  @Test
  void whatWasThereIsReadFromTheSummary() throws JsonProcessingException {
    AllocationStatistics of200Bytes =
        new AllocationStatistics(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 200);
    for (OptionalLong most : List.of(OptionalLong.of(301), OptionalLong.empty())) {
      SpillwayStatistics statistics =
          new SpillwayStatistics(
              Optional.empty(), Map.of(), of200Bytes, new HintStatistics(Map.of()), most, 0);
      var result =
          new ChildJvm.Result(
              new ObjectMapper().readTree("{}"), "spillway: device 0: " + statistics + "; auto on");

      assertThat(ProgramRun.of(result).mostOfBudget().isPresent()).isEqualTo(most.isPresent());
      ProgramRun.of(result).mostOfBudget().ifPresent(told -> assertThat(told).isEqualTo(1.505));
    }
  }

  @Test
  void theMedianRunCounts() {
    ProgramComparison comparison = comparison();
    for (double seconds : new double[] {9, 1, 5}) {
      comparison.add(ProgramWay.ENGINE, run(2 * seconds, seconds, "a", true));
    }

    assertThat(comparison.launchSeconds(ProgramWay.ENGINE)).isEqualTo(5);
    assertThat(comparison.seconds(ProgramWay.ENGINE)).isEqualTo(10);
  }

  @Test
  void laterPassesAreComparedWithThoseOfThePlainRun() {
    ProgramComparison comparison = comparison();
    comparison.add(ProgramWay.FITS, run(3, 1.25, "a", true));

    assertThat(comparison.firstPassSeconds(ProgramWay.FITS).orElseThrow()).isEqualTo(0.9375);
    assertThat(comparison.laterPassSeconds(ProgramWay.FITS).orElseThrow()).isEqualTo(0.3125);
    assertThat(comparison.laterPercentOverPlain(ProgramWay.FITS).orElseThrow()).isEqualTo(25);
  }

  @Test
  void whatAProgramDoesNotTellOfItsPassesIsLeftOut() throws JsonProcessingException {
    ProgramRun told = told("{\"first_pass_seconds\": 0.5, \"later_pass_seconds\": 0.25}");
    ProgramRun once = told("{\"first_pass_seconds\": 0.5}");
    ProgramComparison comparison = comparison();
    comparison.add(ProgramWay.ENGINE, told);
    comparison.add(ProgramWay.ENGINE, once);

    assertThat(told.laterPassSeconds()).hasValue(0.25);
    assertThat(once.firstPassSeconds()).hasValue(0.5);
    assertThat(comparison.laterPassSeconds(ProgramWay.ENGINE)).isEmpty();
    assertThat(comparison.laterPercentOverPlain(ProgramWay.ENGINE)).isEmpty();
  }

  private static ProgramRun told(String json) throws JsonProcessingException {
    return ProgramRun.of(new ChildJvm.Result(new ObjectMapper().readTree(json), ""));
  }

  @Test
  void aPartCanBeChosenByThePrintedNames() {
    assertThat(
            Choice.of(
                "--ways", List.of("engine", "Idle-Engine"), ProgramWay.all(), ProgramWay::label))
        .containsExactly(ProgramWay.MANAGED, ProgramWay.ENGINE);
    assertThat(Choice.of("--ways", List.of(), ProgramWay.all(), ProgramWay::label))
        .isEqualTo(ProgramWay.all());
  }

  @Test
  void anotherResultOrAWrongOneIsNotEqual() {
    for (ProgramRun bad : List.of(run(1, 1, "b", true), run(1, 1, "a", false))) {
      ProgramComparison comparison = comparison();
      comparison.add(ProgramWay.ENGINE, RIGHT);
      comparison.add(ProgramWay.ENGINE, bad);

      assertThat(comparison.equal()).isFalse();
    }
  }

  @Test
  void programsTakeAboutTheFootprintThatIsAskedFor() {
    List<SampleProgram> usual = SampleProgram.all(Optional.empty(), OptionalInt.of(7));

    assertThat(usual)
        .extracting(SampleProgram::arguments)
        .containsExactly(
            List.of("--passes", "7"),
            List.of("--steps", "7"),
            List.of("--searches", "7"),
            List.of());
  }

  @Test
  void onlyThePlainWayIsWithoutTheAgentAndAllOthersAreLimited() {
    assertThat(ProgramWay.PLAIN.agentOptions(3000)).isEmpty();
    for (ProgramWay way : ProgramWay.all()) {
      way.agentOptions(3000)
          .ifPresent(
              options ->
                  assertThat(options)
                      .contains("managed-limit=shared")
                      .as("who tells what was on the device")
                      .contains("summary=true")
                      .contains(way.constrained() ? "budget=1000" : "budget=4500"));
    }
  }
}
