package io.spillway.advise;

import io.spillway.range.Blocks;

/**
 * Some blocks of an allocation, counted from its first.
 *
 * @param first the first of them
 * @param end the first behind them, more than {@code first}
 */
public record BlockSpan(int first, int end) {

  /** Refuses an empty span. */
  public BlockSpan {
    if (first < 0 || end <= first) {
      throw new IllegalArgumentException(
          "blocks %d to %d: must be at least one, from 0 on".formatted(first, end));
    }
  }

  /** How many. */
  public int blocks() {
    return end - first;
  }

  /** Where it begins in the allocation. */
  public long offset() {
    return first * Blocks.BYTES;
  }

  /** Its size. */
  public long bytes() {
    return blocks() * Blocks.BYTES;
  }
}
