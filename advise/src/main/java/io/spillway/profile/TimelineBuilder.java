package io.spillway.profile;

/**
 * Collects a {@link Timeline} of bounded size: when the bins are used up, each two become one, and
 * so do rows of the heat map.
 */
final class TimelineBuilder {

  /** Bins kept: between 256 and 512, a few pixels each on a screen. */
  static final int MOST_BINS = 512;

  /** Bins of the timeline that make one of the heat map. */
  private static final int BINS_PER_COLUMN = 4;

  private static final int COLUMNS = MOST_BINS / BINS_PER_COLUMN;

  /** Rows of the heat map: between 128 and 256, a few pixels each on a screen. */
  private static final int MOST_ROWS = 256;

  /** A microsecond to begin with: no kernel is shorter. */
  private static final long FIRST_BIN_NANOS = 1_000;

  /** Times beyond 73 years either way are a broken file's, and are not to overflow. */
  private static final long MOST_NANOS = Long.MAX_VALUE >> 2;

  private Columns.Builder<TimeMeasure> bins = new Columns.Builder<>(TimeMeasure.class, MOST_BINS);
  private Columns.Builder<HeatMeasure> cells =
      new Columns.Builder<>(HeatMeasure.class, MOST_ROWS * COLUMNS);
  private boolean begun;
  private long startNanos;
  private long binNanos = FIRST_BIN_NANOS;
  private int usedBins;
  private long blocksPerRow = 1;
  private int usedRows;

  /** Whether any time was told. */
  boolean begun() {
    return begun;
  }

  /** Combines {@code value} with what the bin at a time has. */
  void put(TimeMeasure measure, long nanos, long value) {
    int bin = bin(nanos); // first: it may put other bins in place
    bins.combine(measure, bin, value);
  }

  /** Adds an amount to the bins from one time to another, evenly. */
  void spread(TimeMeasure measure, long fromNanos, long toNanos, long amount) {
    int first = bin(fromNanos);
    if (toNanos <= fromNanos) {
      bins.add(measure, first, amount);
      return;
    }
    int last = bin(toNanos - 1);
    first = bin(fromNanos); // the bins may have become wider
    double length = toNanos - fromNanos;
    long given = 0;
    for (int bin = first; bin < last; bin++) {
      long end = startNanos + (bin + 1) * binNanos;
      long upTo = (long) (amount * ((end - fromNanos) / length));
      bins.add(measure, bin, upTo - given);
      given = upTo;
    }
    bins.add(measure, last, amount - given);
  }

  /**
   * Adds an amount to the cell of a block and a time; of {@link HeatMeasure#RESIDENT_BYTES} what
   * changed, as changes add up when bins and rows become one.
   */
  void heat(HeatMeasure measure, long block, long nanos, long amount) {
    int column = bin(nanos) / BINS_PER_COLUMN;
    while (block / blocksPerRow >= MOST_ROWS) {
      halveRows();
    }
    int row = (int) (block / blocksPerRow);
    usedRows = Math.max(usedRows, row + 1);
    cells.add(measure, row * COLUMNS + column, amount);
  }

  private int bin(long told) {
    long nanos = Math.clamp(told, -MOST_NANOS, MOST_NANOS);
    if (!begun) {
      begun = true;
      startNanos = nanos;
    }
    if (nanos < startNanos) {
      beginAt(nanos);
    }
    while ((nanos - startNanos) / binNanos >= MOST_BINS) {
      halveBins();
    }
    int bin = (int) ((nanos - startNanos) / binNanos);
    usedBins = Math.max(usedBins, bin + 1);
    return bin;
  }

  /** Moves all to the right, by whole columns of the heat map. */
  private void beginAt(long nanos) {
    long columns = columnsBefore(nanos);
    while (usedBins + columns * BINS_PER_COLUMN > MOST_BINS) {
      halveBins();
      columns = columnsBefore(nanos);
    }
    int shift = Math.toIntExact(columns);
    rearrange(bin -> bin + shift * BINS_PER_COLUMN, column -> column + shift, row -> row);
    usedBins += shift * BINS_PER_COLUMN;
    startNanos -= columns * BINS_PER_COLUMN * binNanos;
  }

  private long columnsBefore(long nanos) {
    return Math.ceilDiv(startNanos - nanos, binNanos * BINS_PER_COLUMN);
  }

  private void halveBins() {
    rearrange(bin -> bin / 2, column -> column / 2, row -> row);
    usedBins = (usedBins + 1) / 2;
    binNanos *= 2;
  }

  private void halveRows() {
    rearrange(bin -> bin, column -> column, row -> row / 2);
    usedRows = (usedRows + 1) / 2;
    blocksPerRow *= 2;
  }

  private interface Place {
    int of(int index);
  }

  private void rearrange(Place bin, Place column, Place row) {
    Columns.Builder<TimeMeasure> newBins = new Columns.Builder<>(TimeMeasure.class, MOST_BINS);
    for (int i = 0; i < usedBins; i++) {
      newBins.combineRow(bin.of(i), bins, i);
    }
    bins = newBins;
    Columns.Builder<HeatMeasure> newCells =
        new Columns.Builder<>(HeatMeasure.class, MOST_ROWS * COLUMNS);
    int usedColumns = Math.ceilDiv(usedBins, BINS_PER_COLUMN);
    for (int i = 0; i < usedRows; i++) {
      for (int j = 0; j < usedColumns; j++) {
        newCells.combineRow(row.of(i) * COLUMNS + column.of(j), cells, i * COLUMNS + j);
      }
    }
    cells = newCells;
  }

  /** From changes to what is there after them; of a row that was told out of order, not below 0. */
  private static void addUp(Columns.Builder<HeatMeasure> map, int from, int to) {
    long resident = 0;
    for (int cell = from; cell < to; cell++) {
      resident += map.get(HeatMeasure.RESIDENT_BYTES, cell);
      if (resident != 0 || map.get(HeatMeasure.RESIDENT_BYTES, cell) != 0) {
        map.set(HeatMeasure.RESIDENT_BYTES, cell, Math.max(0, resident));
      }
    }
  }

  Timeline build(boolean deviceTime) {
    Columns.Builder<TimeMeasure> used = new Columns.Builder<>(TimeMeasure.class, usedBins);
    for (int i = 0; i < usedBins; i++) {
      used.combineRow(i, bins, i);
    }
    int columns = Math.ceilDiv(usedBins, BINS_PER_COLUMN);
    Columns.Builder<HeatMeasure> map = new Columns.Builder<>(HeatMeasure.class, usedRows * columns);
    for (int i = 0; i < usedRows; i++) {
      for (int j = 0; j < columns; j++) {
        map.combineRow(i * columns + j, cells, i * COLUMNS + j);
      }
      addUp(map, i * columns, (i + 1) * columns);
    }
    HeatMap heat =
        new HeatMap(blocksPerRow, usedRows, columns, binNanos * BINS_PER_COLUMN, map.build());
    return new Timeline(deviceTime, startNanos, binNanos, used.build(), heat);
  }
}
