package io.spillway.benchmarks.report;

import io.spillway.benchmarks.compare.Row;
import java.util.List;

/** Rows as comma-separated values, with a heading (RFC 4180). */
public final class CsvReport {

  private static final String HEADING =
      "trace,gpu,rule,ratio,policy,seconds,bound_seconds,fraction_of_bound,bytes_in,bytes_out,"
          + "stall_seconds,steady_laps,steady_seconds,steady_bound_seconds,steady_oracle_seconds,"
          + "steady_bytes_in,steady_bytes_out\n";

  private static final String NO_STEADY_LAPS = ",,,,,,";

  private CsvReport() {}

  /** The lines. */
  public static String of(List<Row> rows) {
    StringBuilder text = new StringBuilder(HEADING);
    for (Row row : rows) {
      text.append(quoted(row.trace()))
          .append(',')
          .append(quoted(row.gpu()))
          .append(',')
          .append(row.rule().label())
          .append(',')
          .append(row.ratio())
          .append(',')
          .append(quoted(row.policy()))
          .append(',')
          .append(row.seconds())
          .append(',')
          .append(row.boundSeconds())
          .append(',')
          .append(row.fractionOfBound())
          .append(',')
          .append(row.bytesIn())
          .append(',')
          .append(row.bytesOut())
          .append(',')
          .append(row.stallSeconds())
          .append(row.steady().map(CsvReport::steady).orElse(NO_STEADY_LAPS))
          .append('\n');
    }
    return text.toString();
  }

  private static String steady(Row.Steady lap) {
    return ",%s,%s,%s,%s,%s,%s"
        .formatted(
            lap.laps(),
            lap.seconds(),
            lap.boundSeconds(),
            lap.oracleSeconds(),
            lap.bytesIn(),
            lap.bytesOut());
  }

  private static String quoted(String text) {
    boolean plain = text.chars().noneMatch(c -> c == ',' || c == '"' || c == '\n');
    return plain ? text : '"' + text.replace("\"", "\"\"") + '"';
  }
}
