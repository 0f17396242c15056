package io.spillway.benchmarks.compare;

import java.util.List;

/**
 * What came of a comparison.
 *
 * @param rows bounds and policies, trace by trace, ratio by ratio
 * @param refused pairs that were not run, each with the reason
 */
public record Comparison(List<Row> rows, List<String> refused) {

  /** Copies the lists. */
  public Comparison {
    rows = List.copyOf(rows);
    refused = List.copyOf(refused);
  }
}
