package io.spillway.samples;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rows of text in columns, figures to the right. Not thread-safe. */
public final class Table {

  private static final String GAP = "  ";

  private final List<List<String>> rows = new ArrayList<>();
  private final Set<Integer> leftAligned = new HashSet<>();

  /** Starts with a heading. */
  public Table(String... headings) {
    rows.add(List.of(headings));
  }

  /** Aligns these columns, counted from 0, to the left. */
  public void alignLeft(int... columns) {
    for (int column : columns) {
      leftAligned.add(column);
    }
  }

  /**
   * Adds a row.
   *
   * @throws IllegalArgumentException if it has not as many cells as the heading
   */
  public void row(String... cells) {
    if (cells.length != rows.getFirst().size()) {
      throw new IllegalArgumentException(
          "%d cells in a table of %d columns".formatted(cells.length, rows.getFirst().size()));
    }
    rows.add(List.of(cells));
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String padding = " ".repeat(width(column) - row.get(column).length());
        line.append(column == 0 ? "" : GAP)
            .append(leftAligned.contains(column) ? "" : padding)
            .append(row.get(column))
            .append(leftAligned.contains(column) ? padding : "");
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private int width(int column) {
    return rows.stream().mapToInt(row -> row.get(column).length()).max().orElse(0);
  }
}
