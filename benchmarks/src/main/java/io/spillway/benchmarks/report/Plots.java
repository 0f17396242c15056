package io.spillway.benchmarks.report;

import io.spillway.benchmarks.compare.Row;
import java.awt.BasicStroke;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Plots of one trace on one GPU, as SVG to put into a page. */
final class Plots {

  private static final int WIDTH = 960;
  private static final int HEIGHT = 420;
  private static final double GIB = 1L << 30;
  private static final float BOUND_WIDTH = 2.5f;
  private static final float[] DASHES = {6, 4};

  /** Distinguishable without red against green; after Okabe and Ito's palette. */
  private static final Color[] COLORS = {
    new Color(0x0072B2),
    new Color(0xE69F00),
    new Color(0x009E73),
    new Color(0xCC79A7),
    new Color(0x56B4E9),
    new Color(0xD55E00),
    new Color(0x8A8A00),
    new Color(0x7B3F99)
  };

  private Plots() {}

  /** A line for each policy, and dashed black ones for the bounds. */
  static String timeAgainstRatio(List<Row> rows) {
    return timeChart("Time against oversubscription", rows).map(Plots::svg).orElse("");
  }

  /**
   * The same as an image, where pages cannot hold SVG: some 40 KB, a tenth of that.
   *
   * @throws IOException if it cannot be encoded
   */
  static byte[] timeAgainstRatioAsPng(String title, List<Row> rows) throws IOException {
    XYChart chart =
        timeChart(title, rows)
            .orElseThrow(
                () -> new IllegalArgumentException(title + ": no row took any time to plot"));
    return BitmapEncoder.getBitmapBytes(chart, BitmapFormat.PNG);
  }

  private static Optional<XYChart> timeChart(String title, List<Row> rows) {
    XYChart chart =
        new XYChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title(title)
            .xAxisTitle("footprint / budget")
            .yAxisTitle("seconds")
            .build();
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setYAxisLogarithmic(true);
    // Or an axis within one decade has no figures at all.
    chart.getStyler().setYAxisLogarithmicDecadeOnly(false);
    chart.getStyler().setSeriesColors(COLORS);
    Map<String, List<Row>> byPolicy = new LinkedHashMap<>();
    for (Row row : rows) {
      if (row.seconds() > 0) {
        byPolicy.computeIfAbsent(row.policy(), _ -> new ArrayList<>()).add(row);
      }
    }
    if (byPolicy.isEmpty()) {
      return Optional.empty();
    }
    byPolicy.forEach(
        (policy, line) -> {
          XYSeries series =
              chart.addSeries(
                  policy,
                  line.stream().mapToDouble(Row::ratio).toArray(),
                  line.stream().mapToDouble(Row::seconds).toArray());
          if (line.getFirst().bound()) {
            series.setLineColor(Color.BLACK);
            series.setMarker(SeriesMarkers.NONE);
            series.setLineStyle(
                new BasicStroke(
                    BOUND_WIDTH, BasicStroke.CAP_BUTT, BasicStroke.JOIN_MITER, 1, DASHES, 0));
          }
        });
    return Optional.of(chart);
  }

  /** A stack for each policy: what moved, and why. */
  static String bytesByCause(List<Row> rows) {
    List<Row> moved = rows.stream().filter(row -> !row.causes().isEmpty()).toList();
    if (moved.isEmpty()) {
      return "";
    }
    CategoryChart chart =
        new CategoryChartBuilder()
            .width(WIDTH)
            .height(HEIGHT)
            .title("Bytes by cause, at ratio " + moved.getFirst().ratio())
            .yAxisTitle("GiB")
            .build();
    chart.getStyler().setChartBackgroundColor(Color.WHITE);
    chart.getStyler().setStacked(true);
    chart.getStyler().setLegendPosition(LegendPosition.OutsideE);
    chart.getStyler().setXAxisLabelRotation(45);
    chart.getStyler().setSeriesColors(COLORS);
    List<String> policies = moved.stream().map(Row::policy).toList();
    for (int i = 0; i < moved.getFirst().causes().size(); i++) {
      int cause = i;
      List<Double> bytes =
          moved.stream().map(row -> row.causes().get(cause).bytes() / GIB).toList();
      chart.addSeries(moved.getFirst().causes().get(i).name(), policies, bytes);
    }
    return svg(chart);
  }

  private static String svg(Chart<?, ?> chart) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      VectorGraphicsEncoder.saveVectorGraphic(chart, bytes, VectorGraphicsFormat.SVG);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    String document = bytes.toString(StandardCharsets.UTF_8);
    return document.substring(Math.max(0, document.indexOf("<svg"))) + "\n";
  }
}
