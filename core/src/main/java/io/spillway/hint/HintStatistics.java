package io.spillway.hint;

import java.util.Map;

/**
 * Hints applied and refused so far, by kind.
 *
 * @param byKind one entry for every kind
 */
public record HintStatistics(Map<HintKind, Count> byKind) {

  /**
   * Counts of one kind.
   *
   * @param applied hints that took effect
   * @param refused hints the driver refused
   * @param clippedAway hints with nothing left to apply to
   * @param bytes bytes covered by those that took effect
   */
  public record Count(long applied, long refused, long clippedAway, long bytes) {}

  /** Copies the map. */
  public HintStatistics {
    byKind = Map.copyOf(byKind);
  }

  /** The counts of {@code kind}. */
  public Count of(HintKind kind) {
    return byKind.getOrDefault(kind, new Count(0, 0, 0, 0));
  }

  /** Hints the driver refused, of all kinds. */
  public long refused() {
    return byKind.values().stream().mapToLong(Count::refused).sum();
  }
}
