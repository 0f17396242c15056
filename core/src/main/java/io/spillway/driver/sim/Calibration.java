package io.spillway.driver.sim;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;

/**
 * How far the simulator is from what was measured on the one card it is calibrated on: the error to
 * say beside every simulated number.
 *
 * <p>The table comes with the library; the library's own tests run every experiment again, hold
 * each row to {@link #MARGIN} and this table to what they simulate. For other cards there is none:
 * their error is not known, and at least this.
 *
 * @param gpu the preset that was calibrated, {@link GpuPreset#id}
 * @param rows one per measured figure
 */
public record Calibration(String gpu, List<Row> rows) {

  /** The largest error that the library's tests let pass, as a part of what was measured. */
  public static final double MARGIN = 0.15;

  private static final String H200 = "h200";
  private static final int COLUMNS = 6;

  /**
   * One measured figure.
   *
   * @param name the row of the measurements, and the size of a piece in bytes where there are
   *     several
   * @param unit of the three figures
   * @param measuredLow what was measured; of a range the lower end
   * @param measuredHigh what was measured; of a range the upper end
   * @param simulated the same experiment on the simulator
   * @param fitted whether the row went into the model's figures; the others check it
   */
  public record Row(
      String name,
      String unit,
      double measuredLow,
      double measuredHigh,
      double simulated,
      boolean fitted) {

    /** The simulated figure's distance from the nearest measured one, as a part of that. */
    public double error() {
      return simulated / Math.clamp(simulated, measuredLow, measuredHigh) - 1;
    }

    @Override
    public String toString() {
      String measured =
          measuredLow == measuredHigh
              ? String.format(Locale.ROOT, "%.4g", measuredLow)
              : String.format(Locale.ROOT, "%.4g..%.4g", measuredLow, measuredHigh);
      return String.format(
          Locale.ROOT,
          "%-40s %-5s %14s %10.4g %+7.1f%% %s",
          name,
          unit,
          measured,
          simulated,
          100 * error(),
          fitted ? "fitted" : "checked");
    }
  }

  /** Copies the list. */
  public Calibration {
    rows = List.copyOf(rows);
  }

  /** The H200's. */
  public static Calibration h200() {
    String file = H200 + "-calibration.csv";
    try (InputStream stream = Calibration.class.getResourceAsStream(file)) {
      if (stream == null) {
        throw new IllegalStateException("calibration " + file + " is missing from the library");
      }
      return new Calibration(
          H200,
          read(new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8)), file));
    } catch (IOException e) {
      throw new UncheckedIOException("calibration " + file, e);
    }
  }

  /**
   * The row of that name.
   *
   * @throws NoSuchElementException if there is none
   */
  public Row row(String name) {
    return rows.stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("no calibration row " + name));
  }

  /** The rows whose names begin with {@code prefix}, as a table of their own. */
  public Calibration about(String prefix) {
    return new Calibration(
        gpu, rows.stream().filter(row -> row.name().startsWith(prefix)).toList());
  }

  /** The largest error either way, as a part of what was measured; 0 without rows. */
  public double largestError() {
    return rows.stream().mapToDouble(row -> Math.abs(row.error())).max().orElse(0);
  }

  /** The mean of the errors' sizes, as a part of what was measured; 0 without rows. */
  public double meanError() {
    return rows.stream().mapToDouble(row -> Math.abs(row.error())).average().orElse(0);
  }

  /** The table, a line for each row. */
  @Override
  public String toString() {
    StringBuilder table =
        new StringBuilder(
            String.format(
                Locale.ROOT,
                "%-40s %-5s %14s %10s %8s%n",
                "row of " + gpu,
                "unit",
                "measured",
                "simulated",
                "error"));
    rows.forEach(row -> table.append(row).append(System.lineSeparator()));
    return table.toString();
  }

  static List<Row> read(BufferedReader lines, String source) throws IOException {
    List<Row> rows = new ArrayList<>();
    int number = 0;
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      number++;
      if (!line.isBlank() && !line.startsWith("#")) {
        rows.add(row(line, number, source));
      }
    }
    return rows;
  }

  private static Row row(String line, int number, String source) {
    String[] columns = line.split(",", -1);
    try {
      if (columns.length != COLUMNS) {
        throw new IllegalArgumentException(
            "%d columns instead of %d".formatted(columns.length, COLUMNS));
      }
      boolean fitted =
          switch (columns[4]) {
            case "fitted" -> true;
            case "checked" -> false;
            default ->
                throw new IllegalArgumentException(
                    "'" + columns[4] + "' is neither fitted nor checked");
          };
      return new Row(
          columns[0],
          columns[1],
          Double.parseDouble(columns[2]),
          Double.parseDouble(columns[3]),
          Double.parseDouble(columns[5]),
          fitted);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "calibration %s, line %d: %s".formatted(source, number, e.getMessage()), e);
    }
  }
}
