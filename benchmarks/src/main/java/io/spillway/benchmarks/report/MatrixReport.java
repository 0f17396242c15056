package io.spillway.benchmarks.report;

import io.spillway.benchmarks.compare.Comparison;
import io.spillway.benchmarks.compare.Row;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.Function;

/**
 * A comparison of many traces as a folder of files: all rows as JSON, a plot for each trace, and a
 * page that sums up and shows them.
 */
public final class MatrixReport {

  /** The rows' file. */
  public static final String ROWS = "rows.json";

  /** The page's file. */
  public static final String PAGE = "README.md";

  private MatrixReport() {}

  /**
   * Writes the files, over older ones of the same names.
   *
   * @throws IOException if one cannot be written
   */
  public static void write(Comparison comparison, Path folder) throws IOException {
    Files.createDirectories(folder);
    Files.writeString(folder.resolve(ROWS), JsonReport.lines(comparison.rows()));
    Map<String, List<Row>> byTrace = new LinkedHashMap<>();
    for (Row row : comparison.rows()) {
      byTrace.computeIfAbsent(row.trace(), _ -> new ArrayList<>()).add(row);
    }
    for (Map.Entry<String, List<Row>> trace : byTrace.entrySet()) {
      Files.write(
          folder.resolve(plotName(trace.getKey())),
          Plots.timeAgainstRatioAsPng(trace.getKey(), trace.getValue()));
    }
    Files.writeString(
        folder.resolve(PAGE), page(comparison, byTrace.keySet()), StandardCharsets.UTF_8);
  }

  /** A file name of the trace's name: what is neither letter nor digit becomes one dash. */
  private static String plotName(String trace) {
    return trace.replaceAll("[^A-Za-z0-9]+", "-") + ".png";
  }

  private static String page(Comparison comparison, Set<String> traces) {
    StringBuilder page = new StringBuilder("# Policies compared\n\n");
    page.append(TextReport.SIMULATED)
        .append(" Written by `samples/spillway matrix`; all rows are in [")
        .append(ROWS)
        .append("](")
        .append(ROWS)
        .append(").\n\n");
    page.append(
        "Fraction of the bound, 1 being as fast as possible: the median over traces, and the"
            + " worst.\n"
            + "A policy is not run on traces that do not tell what it needs, so rows are of"
            + " different numbers\n"
            + "of traces.\n\n");
    summary(page, comparison.rows(), row -> OptionalDouble.of(row.fractionOfBound()));
    List<Row> steady = comparison.rows().stream().filter(row -> row.steady().isPresent()).toList();
    if (!steady.isEmpty()) {
      page.append(
          "\nThe same of a steady lap: the mean of the second half of the laps, of traces that have"
              + " two laps\nor more.\n\n");
      summary(page, steady, MatrixReport::steadyFraction);
    }
    for (String trace : traces) {
      page.append("\n## ").append(trace).append("\n\n");
      page.append("![Time against footprint / budget, by policy](")
          .append(plotName(trace))
          .append(")\n");
    }
    if (!comparison.refused().isEmpty()) {
      page.append("\n## Not compared, as it would not be fair\n\n");
      comparison.refused().forEach(reason -> page.append("- ").append(reason).append('\n'));
    }
    return page.toString();
  }

  private static OptionalDouble steadyFraction(Row row) {
    return row.steady().stream().mapToDouble(Row.Steady::fractionOfBound).findFirst();
  }

  private static void summary(
      StringBuilder page, List<Row> rows, Function<Row, OptionalDouble> fraction) {
    Set<String> policies = new LinkedHashSet<>();
    Set<Double> ratios = new LinkedHashSet<>();
    for (Row row : rows) {
      ratios.add(row.ratio());
      policies.add(row.policy());
    }
    page.append("| policy | traces |");
    ratios.forEach(ratio -> page.append(" ratio ").append(ratio).append(" |"));
    page.append("\n| --- | --- |").append(" --- |".repeat(ratios.size())).append('\n');
    for (String policy : policies) {
      List<Row> own = rows.stream().filter(row -> row.policy().equals(policy)).toList();
      boolean bound = own.getFirst().bound();
      page.append("| ").append(bound ? "[%s]".formatted(policy) : policy).append(" | ");
      page.append(own.stream().map(Row::trace).distinct().count()).append(" |");
      for (double ratio : ratios) {
        double[] fractions =
            own.stream()
                .filter(row -> row.ratio() == ratio)
                .flatMapToDouble(row -> fraction.apply(row).stream())
                .sorted()
                .toArray();
        page.append(String.format(Locale.ROOT, " %.3f, %.3f |", median(fractions), fractions[0]));
      }
      page.append('\n');
    }
  }

  /** Of sorted figures. */
  private static double median(double[] sorted) {
    int half = sorted.length / 2;
    return sorted.length % 2 == 1
        ? sorted[half]
        : Arrays.stream(sorted, half - 1, half + 1).average().orElseThrow();
  }
}
