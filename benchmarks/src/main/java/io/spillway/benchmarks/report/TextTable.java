package io.spillway.benchmarks.report;

import java.util.List;
import java.util.Locale;

/** Cells as aligned columns: words to the left, figures to the right. */
final class TextTable {

  private TextTable() {}

  /**
   * A line for each row.
   *
   * @param wordColumn the column that holds words
   */
  static String of(List<List<String>> cells, int wordColumn) {
    StringBuilder text = new StringBuilder();
    for (List<String> row : cells) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        int width = width(cells, column);
        String format = column == wordColumn ? "  %-" + width + "s" : "  %" + width + "s";
        line.append(String.format(Locale.ROOT, format, row.get(column)));
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }

  private static int width(List<List<String>> cells, int column) {
    return cells.stream().mapToInt(row -> row.get(column).length()).max().orElse(1);
  }
}
