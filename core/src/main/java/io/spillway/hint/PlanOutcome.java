package io.spillway.hint;

import io.spillway.range.AddressRange;
import java.util.List;

/**
 * What became of one plan.
 *
 * @param applied driver-level hints that took effect
 * @param refused driver-level hints the driver refused
 * @param clippedAway hints of which nothing was left inside live managed memory, or that do not
 *     apply there, such as a drop of a range that is not read-mostly
 * @param bytes bytes the applied hints covered
 * @param unchanged ranges that count as they were, since the driver refused a call for them, or one
 *     without which the others are of no use; of a drop, the first of two calls may have taken
 *     effect
 */
public record PlanOutcome(
    int applied, int refused, int clippedAway, long bytes, List<AddressRange> unchanged) {

  /** Keeps a copy. */
  public PlanOutcome {
    unchanged = List.copyOf(unchanged);
  }

  /** Whether every hint of the plan took effect. */
  public boolean complete() {
    return refused == 0 && clippedAway == 0;
  }
}
