package io.spillway.profile;

/**
 * Faults, transfers and residency by address and time. Rows are equally many blocks each, over all
 * allocations in their order (see {@link AllocationProfile#firstBlock}); bins are those of the
 * timeline, several taken together.
 *
 * @param blocksPerRow how many blocks a row stands for
 * @param rows how many rows
 * @param bins how many bins
 * @param binNanos how long a bin is
 * @param cells row after row, a cell for each bin
 */
public record HeatMap(
    long blocksPerRow, int rows, int bins, long binNanos, Columns<HeatMeasure> cells) {

  /**
   * One cell.
   *
   * @throws IndexOutOfBoundsException if there is no such cell
   */
  public long get(HeatMeasure measure, int row, int bin) {
    if (bin < 0 || bin >= bins) {
      throw new IndexOutOfBoundsException("bin %d of %d".formatted(bin, bins));
    }
    return cells.get(measure, row * bins + bin);
  }
}
