package io.spillway.benchmarks.compare;

import java.util.ArrayList;
import java.util.List;

/** What holds for the rows of every comparison: nobody passes the bounds. */
public final class RowInvariants {

  /** The simulator's clock has whole nanoseconds; sums of a million roundings stay below. */
  private static final double ROUNDING_SECONDS = 1e-3;

  private RowInvariants() {}

  /** Each row that breaks one, in words; empty if none does. */
  public static List<String> broken(List<Row> rows) {
    List<String> broken = new ArrayList<>();
    for (Row row : rows) {
      if (!row.bound()) {
        check(row, rows, broken);
      }
    }
    return broken;
  }

  private static void check(Row row, List<Row> rows, List<String> broken) {
    String name = "%s on %s at %s, %s".formatted(row.trace(), row.gpu(), row.ratio(), row.policy());
    if (row.seconds() < row.boundSeconds() - ROUNDING_SECONDS) {
      broken.add(
          "%s: %s s, below the bound of %s s".formatted(name, row.seconds(), row.boundSeconds()));
    }
    row.steady()
        .filter(lap -> lap.seconds() < lap.boundSeconds() - ROUNDING_SECONDS)
        .ifPresent(
            lap ->
                broken.add(
                    "%s: %s s a steady lap, below the bound of %s s"
                        .formatted(name, lap.seconds(), lap.boundSeconds())));
    for (Row bound : rows) {
      boolean sameCell =
          bound.bound()
              && bound.trace().equals(row.trace())
              && bound.gpu().equals(row.gpu())
              && bound.rule() == row.rule()
              && bound.ratio() == row.ratio();
      if (!sameCell || !bound.policy().equals(UvmComparison.LINK)) {
        continue;
      }
      if (row.bytesIn() < bound.bytesIn()) {
        broken.add(
            "%s: %d bytes in, and Belady's choice needs %d"
                .formatted(name, row.bytesIn(), bound.bytesIn()));
      }
      long least = bound.steady().map(Row.Steady::bytesIn).orElse(0L);
      row.steady()
          .filter(lap -> lap.bytesIn() < least)
          .ifPresent(
              lap ->
                  broken.add(
                      "%s: %d bytes in a steady lap, and Belady's choice needs %d"
                          .formatted(name, lap.bytesIn(), least)));
    }
  }
}
