package io.spillway.benchmarks.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A row that is too good to be true is named. */
class RowInvariantsTest {

  private static Row row(String trace, String policy, double seconds, long bytesIn) {
    return row(trace, policy, seconds, bytesIn, Optional.empty());
  }

  private static Row row(
      String trace, String policy, double seconds, long bytesIn, Optional<Row.Steady> steady) {
    boolean bound = policy.equals("link-bound");
    return new Row(
        trace, "h200", Rule.UVM, 2, policy, bound, seconds, 1, bytesIn, 0, 0, List.of(), steady);
  }

  @Test
  void whatKeepsToTheBoundsIsNotNamed() {
    assertThat(
            RowInvariants.broken(
                List.of(
                    row("a", "link-bound", 1, 100),
                    row("a", "equal", 1, 100),
                    row("a", "worse", 2, 200))))
        .isEmpty();
  }

  @Test
  void whatIsFasterThanTheBoundIsNamed() {
    assertThat(
            RowInvariants.broken(
                List.of(row("a", "link-bound", 1, 100), row("a", "magic", 0.9, 100))))
        .containsExactly("a on h200 at 2.0, magic: 0.9 s, below the bound of 1.0 s");
  }

  @Test
  void whatBringsInTooLittleIsNamed() {
    assertThat(
            RowInvariants.broken(
                List.of(
                    row("a", "link-bound", 1, 100),
                    row("b", "link-bound", 1, 50),
                    row("a", "magic", 1, 99),
                    row("b", "fine", 1, 50))))
        .containsExactly("a on h200 at 2.0, magic: 99 bytes in, and Belady's choice needs 100");
  }

  @Test
  void aSteadyLapThatPassesItsBoundsIsNamed() {
    Optional<Row.Steady> least = Optional.of(new Row.Steady(2, 0.25, 0.25, 0.25, 40, 0));
    Optional<Row.Steady> fast = Optional.of(new Row.Steady(2, 0.2, 0.25, 0.25, 40, 0));
    Optional<Row.Steady> little = Optional.of(new Row.Steady(2, 0.25, 0.25, 0.25, 39, 0));
    assertThat(
            RowInvariants.broken(
                List.of(
                    row("a", "link-bound", 1, 100, least),
                    row("a", "equal", 1, 100, least),
                    row("a", "magic", 1, 100, fast),
                    row("a", "empty", 1, 100, little))))
        .containsExactly(
            "a on h200 at 2.0, magic: 0.2 s a steady lap, below the bound of 0.25 s",
            "a on h200 at 2.0, empty: 39 bytes in a steady lap, and Belady's choice needs 40");
  }
}
