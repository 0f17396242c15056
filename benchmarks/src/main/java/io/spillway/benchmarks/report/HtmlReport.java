package io.spillway.benchmarks.report;

import io.spillway.benchmarks.compare.Comparison;
import io.spillway.benchmarks.compare.Row;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A comparison as one page that needs nothing else: for each trace and GPU the time against the
 * ratio, the bytes by cause, and the table.
 */
public final class HtmlReport {

  private static final String STYLE =
      "body{font-family:sans-serif;max-width:64em;margin:2em auto;padding:0 1em}"
          + "table{border-collapse:collapse}td,th{padding:.15em .8em;text-align:right}"
          + "td:nth-child(2),th:nth-child(2){text-align:left}tr.bound{color:#666}"
          + "svg{max-width:100%;height:auto}";

  private HtmlReport() {}

  /** The page. */
  public static String of(Comparison comparison) {
    Map<String, List<Row>> groups = new LinkedHashMap<>();
    for (Row row : comparison.rows()) {
      String title = "%s on %s, rule %s".formatted(row.trace(), row.gpu(), row.rule().label());
      groups.computeIfAbsent(title, _ -> new ArrayList<>()).add(row);
    }
    StringBuilder page = new StringBuilder("<!DOCTYPE html>\n<html lang=\"en\"><head>");
    page.append("<meta charset=\"utf-8\"><title>Spillway: policies compared</title><style>")
        .append(STYLE)
        .append("</style></head><body><h1>Policies compared</h1><p>")
        .append(escaped(TextReport.SIMULATED))
        .append("</p>\n");
    groups.forEach((title, rows) -> group(page, title, rows));
    if (!comparison.refused().isEmpty()) {
      page.append("<h2>Not compared, as it would not be fair</h2><ul>");
      comparison
          .refused()
          .forEach(reason -> page.append("<li>").append(escaped(reason)).append("</li>"));
      page.append("</ul>");
    }
    return page.append("</body></html>\n").toString();
  }

  private static void group(StringBuilder page, String title, List<Row> rows) {
    page.append("<h2>").append(escaped(title)).append("</h2>\n");
    page.append(Plots.timeAgainstRatio(rows));
    double highest = rows.stream().mapToDouble(Row::ratio).max().orElse(0);
    page.append(Plots.bytesByCause(rows.stream().filter(row -> row.ratio() == highest).toList()));
    page.append(
        "<table><tr><th>ratio<th>policy<th>of bound<th>seconds<th>stall<th>in<th>out<th>steady"
            + " lap<th>of bound<th>of oracle<th>in<th>out</tr>\n");
    for (Row row : rows) {
      page.append(row.bound() ? "<tr class=\"bound\">" : "<tr>")
          .append(cell(String.format(Locale.ROOT, "%.2f", row.ratio())))
          .append(cell(row.policy()))
          .append(cell(String.format(Locale.ROOT, "%.3f", row.fractionOfBound())))
          .append(cell(String.format(Locale.ROOT, "%.4f", row.seconds())))
          .append(cell(String.format(Locale.ROOT, "%.4f", row.stallSeconds())))
          .append(cell(ByteSize.format(row.bytesIn())))
          .append(cell(ByteSize.format(row.bytesOut())));
      TextReport.steady(row).forEach(text -> page.append(cell(text)));
      page.append("</tr>\n");
    }
    page.append("</table>\n");
  }

  private static String cell(String text) {
    return "<td>" + escaped(text);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
  }
}
