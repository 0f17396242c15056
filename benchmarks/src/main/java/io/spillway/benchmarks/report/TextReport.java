package io.spillway.benchmarks.report;

import io.spillway.benchmarks.compare.Comparison;
import io.spillway.benchmarks.compare.Row;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Rows as text: a table for each trace and GPU, its bounds first, then the policies by time. */
public final class TextReport {

  /** What has to be known of every figure. */
  static final String SIMULATED = "SIMULATED: times are a model's, not a GPU's.";

  private static final List<String> HEADINGS =
      List.of(
          "ratio",
          "policy",
          "of bound",
          "seconds",
          "stall",
          "in",
          "out",
          "steady lap",
          "of bound",
          "of oracle",
          "in",
          "out");

  /** The columns that hold words. */
  private static final int POLICY_COLUMN = 1;

  private TextReport() {}

  /** The tables, then what was refused. */
  public static String of(Comparison comparison) {
    StringBuilder text = new StringBuilder(SIMULATED).append('\n');
    Map<String, List<Row>> groups = new LinkedHashMap<>();
    for (Row row : comparison.rows()) {
      String group = "%s on %s, rule %s".formatted(row.trace(), row.gpu(), row.rule().label());
      groups.computeIfAbsent(group, _ -> new ArrayList<>()).add(row);
    }
    groups.forEach(
        (group, rows) -> text.append('\n').append(group).append('\n').append(table(rows)));
    if (!comparison.refused().isEmpty()) {
      text.append("\nNot compared, as it would not be fair:\n");
      comparison.refused().forEach(reason -> text.append("  ").append(reason).append('\n'));
    }
    return text.toString();
  }

  private static String table(List<Row> rows) {
    List<List<String>> cells = new ArrayList<>();
    cells.add(HEADINGS);
    for (Row row : rows) {
      List<String> line =
          new ArrayList<>(
              List.of(
                  String.format(Locale.ROOT, "%.2f", row.ratio()),
                  row.bound() ? "[" + row.policy() + "]" : row.policy(),
                  String.format(Locale.ROOT, "%.3f", row.fractionOfBound()),
                  String.format(Locale.ROOT, "%.4f", row.seconds()),
                  String.format(Locale.ROOT, "%.4f", row.stallSeconds()),
                  ByteSize.format(row.bytesIn()),
                  ByteSize.format(row.bytesOut())));
      line.addAll(steady(row));
      cells.add(line);
    }
    return TextTable.of(cells, POLICY_COLUMN);
  }

  /** The cells of a steady lap, which a trace without laps leaves empty. */
  static List<String> steady(Row row) {
    return row.steady()
        .map(
            lap ->
                List.of(
                    String.format(Locale.ROOT, "%.4f", lap.seconds()),
                    String.format(Locale.ROOT, "%.3f", lap.fractionOfBound()),
                    String.format(Locale.ROOT, "%.3f", lap.fractionOfOracle()),
                    ByteSize.format(lap.bytesIn()),
                    ByteSize.format(lap.bytesOut())))
        .orElse(List.of("", "", "", "", ""));
  }
}
