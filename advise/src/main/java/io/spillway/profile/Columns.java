package io.spillway.profile;

import java.util.Arrays;

/**
 * An immutable table of longs with a column for each measure, equal to another by content.
 *
 * @param <M> the measures, an enum
 */
@SuppressWarnings("EnumOrdinal") // a column lies where its measure does
public final class Columns<M extends Enum<M> & Measure> {

  private final Class<M> measures;
  private final int rows;

  // A column that is unset throughout has length 0.
  private final long[][] columns;

  private static final long[] UNSET = new long[0];

  private Columns(Class<M> measures, int rows, long[][] columns) {
    this.measures = measures;
    this.rows = rows;
    this.columns = columns;
  }

  /** A table in which nothing is set. */
  public static <M extends Enum<M> & Measure> Columns<M> unset(Class<M> measures, int rows) {
    return new Columns<>(measures, rows, unsetColumns(measures.getEnumConstants().length));
  }

  private static long[][] unsetColumns(int count) {
    long[][] columns = new long[count][];
    Arrays.fill(columns, UNSET);
    return columns;
  }

  /** How many rows there are. */
  public int rows() {
    return rows;
  }

  /** The measures it has columns for. */
  public Class<M> measures() {
    return measures;
  }

  /** Whether any row of {@code measure} is set. */
  public boolean has(M measure) {
    return columns[measure.ordinal()].length > 0;
  }

  /**
   * One number, {@link Measure#unset} if nothing was seen.
   *
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public long get(M measure, int row) {
    if (row < 0 || row >= rows) {
      throw new IndexOutOfBoundsException("row %d of %d".formatted(row, rows));
    }
    long[] column = columns[measure.ordinal()];
    return column.length == 0 ? measure.unset() : column[row];
  }

  /** All rows of {@code measure} combined: the sum, the least, the greatest, the union. */
  public long total(M measure) {
    return total(measure, 0, rows);
  }

  /**
   * The rows from {@code from} up to, not including, {@code to} of {@code measure} combined.
   *
   * @throws IndexOutOfBoundsException if there are no such rows
   */
  public long total(M measure, int from, int to) {
    if (from < 0 || to < from || to > rows) {
      throw new IndexOutOfBoundsException("rows %d to %d of %d".formatted(from, to, rows));
    }
    long total = measure.unset();
    long[] column = columns[measure.ordinal()];
    if (column.length > 0) {
      for (int row = from; row < to; row++) {
        total = measure.combination().of(total, column[row]);
      }
    }
    return total;
  }

  /** A copy of the column of {@code measure}. */
  public long[] column(M measure) {
    long[] column = columns[measure.ordinal()];
    if (column.length > 0 || rows == 0) {
      return column.clone();
    }
    long[] unset = new long[rows];
    Arrays.fill(unset, measure.unset());
    return unset;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Columns<?> that
        && measures == that.measures
        && rows == that.rows
        && Arrays.deepEquals(columns, that.columns);
  }

  @Override
  public int hashCode() {
    return 31 * rows + Arrays.deepHashCode(columns);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("%d rows".formatted(rows));
    for (M measure : measures.getEnumConstants()) {
      if (has(measure)) {
        text.append(", ").append(measure).append(' ');
        text.append(Arrays.toString(columns[measure.ordinal()]));
      }
    }
    return text.toString();
  }

  /**
   * Collects the numbers of a table; for one thread.
   *
   * @param <M> the measures, an enum
   */
  public static final class Builder<M extends Enum<M> & Measure> {
    private final Class<M> measures;
    private final M[] constants;
    private final long[][] columns;
    private int rows;

    /** Begins with nothing set. */
    public Builder(Class<M> measures, int rows) {
      this.measures = measures;
      this.constants = measures.getEnumConstants();
      this.columns = unsetColumns(constants.length);
      this.rows = rows;
    }

    /** How many rows there are. */
    public int rows() {
      return rows;
    }

    /** Makes room for {@code wanted} rows; never fewer than there are. */
    public void grow(int wanted) {
      if (wanted > rows) {
        for (int i = 0; i < columns.length; i++) {
          if (columns[i].length > 0 && columns[i].length < wanted) {
            int length = columns[i].length;
            columns[i] = Arrays.copyOf(columns[i], Math.max(wanted, length + (length >> 1)));
            Arrays.fill(columns[i], length, columns[i].length, constants[i].unset());
          }
        }
        rows = wanted;
      }
    }

    /** Combines {@code value} with what {@code row} has. */
    public void combine(M measure, int row, long value) {
      long[] column = written(measure);
      column[row] = measure.combination().of(column[row], value);
    }

    /** Adds {@code value} to a measure that is a sum. */
    public void add(M measure, int row, long value) {
      written(measure)[row] += value;
    }

    /** What {@code row} has. */
    public long get(M measure, int row) {
      long[] column = columns[measure.ordinal()];
      return column.length == 0 ? measure.unset() : column[row];
    }

    /** Replaces what {@code row} has. */
    public void set(M measure, int row, long value) {
      written(measure)[row] = value;
    }

    /** Combines one row of {@code other} with {@code row}. */
    public void combineRow(int row, Builder<M> other, int otherRow) {
      for (M measure : constants) {
        long[] theirs = other.columns[measure.ordinal()];
        if (theirs.length > 0 && theirs[otherRow] != measure.unset()) {
          combine(measure, row, theirs[otherRow]);
        }
      }
    }

    /** Combines all of {@code other}, row by row. */
    public void combineAll(Builder<M> other) {
      grow(other.rows);
      for (M measure : constants) {
        long[] theirs = other.columns[measure.ordinal()];
        if (theirs.length > 0) {
          long[] ours = written(measure);
          for (int row = 0; row < other.rows; row++) {
            ours[row] = measure.combination().of(ours[row], theirs[row]);
          }
        }
      }
    }

    private long[] written(M measure) {
      int index = measure.ordinal();
      if (columns[index].length == 0) {
        columns[index] = new long[rows];
        if (measure.unset() != 0) {
          Arrays.fill(columns[index], measure.unset());
        }
      }
      return columns[index];
    }

    /** The table so far, which later changes leave as it is. */
    public Columns<M> build() {
      long[][] copies = unsetColumns(columns.length);
      for (M measure : constants) {
        long[] column = columns[measure.ordinal()];
        if (isSet(measure, column)) {
          copies[measure.ordinal()] = Arrays.copyOf(column, rows);
        }
      }
      return new Columns<>(measures, rows, copies);
    }

    private boolean isSet(M measure, long[] column) {
      for (int row = 0; row < Math.min(rows, column.length); row++) {
        if (column[row] != measure.unset()) {
          return true;
        }
      }
      return false;
    }
  }
}
