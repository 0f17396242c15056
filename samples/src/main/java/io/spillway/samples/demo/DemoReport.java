package io.spillway.samples.demo;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.driver.DeviceInfo;
import io.spillway.range.ByteSize;
import io.spillway.samples.Table;
import io.spillway.samples.device.DeviceTitle;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What came of a demo, as a table for people or an object for programs.
 *
 * @param device where it ran
 * @param job what was run
 * @param contents whether memory held the weights, so that results could be checked
 * @param boundSeconds the least time per pass
 * @param rows the bound, then each way
 */
public record DemoReport(
    DeviceInfo device, Job job, boolean contents, double boundSeconds, List<RowResult> rows) {

  /** What has to be known of every figure. */
  public static final String NEVER_FULL =
      "the card is never full: the budget emulates a smaller card";

  static final String METADATA_ONLY =
      "memory contents are not simulated, the weights being too large for this host: times and"
          + " bytes only, no results to check";

  private static final String COMPARED_WITH = Row.FAULTS_WRITEBACK.label();

  /** Copies the list. */
  public DemoReport {
    rows = List.copyOf(rows);
  }

  /** Whether no result differs from the host's. */
  public boolean ok() {
    return rows.stream().noneMatch(RowResult::wrong);
  }

  /** The row of that name, if it was run. */
  Optional<RowResult.Figures> figures(String name) {
    return rows.stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .flatMap(RowResult::figures);
  }

  /** The object for programs. */
  public ObjectNode json() {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("simulated", device.simulated());
    object.put("device", device.deviceName());
    object.put("driver", device.driverName());
    object.put("footprint_bytes", job.footprintBytes());
    object.put("budget_bytes", job.budgetBytes());
    object.put("layers", job.layers());
    object.put("layer_bytes", job.layerBytes());
    object.put("reads_per_layer", job.readsPerLayer());
    object.put("warm_up_passes", job.warmUps());
    object.put("passes", job.passes());
    ArrayNode notes = object.putArray("notes");
    notes.add(NEVER_FULL);
    if (!contents) {
      notes.add(METADATA_ONLY);
    }
    ArrayNode list = object.putArray("rows");
    for (RowResult row : rows) {
      list.add(json(row));
    }
    return object;
  }

  private ObjectNode json(RowResult row) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("name", row.name());
    if (row.figures().isPresent()) {
      RowResult.Figures figures = row.figures().get();
      object.put("first_pass_seconds", figures.firstSeconds());
      object.put("seconds_per_pass", figures.secondsPerPass());
      object.put("bytes_in", figures.traffic().bytesIn());
      object.put("bytes_out", figures.traffic().bytesOut());
      object.put("fraction_of_bound", fractionOfBound(figures));
      object.put("bytes_source", figures.trafficSource());
    } else {
      object.putNull("first_pass_seconds");
      object.putNull("seconds_per_pass");
      object.putNull("bytes_in");
      object.putNull("bytes_out");
      object.putNull("fraction_of_bound");
    }
    if (row.resultOk().isPresent()) {
      object.put("result_ok", row.resultOk().get());
    } else {
      object.putNull("result_ok");
    }
    if (!row.note().isEmpty()) {
      object.put("note", row.note());
    }
    return object;
  }

  /** The table for people. */
  public String text() {
    Table table =
        new Table(
            "way", "of bound", "vs " + COMPARED_WITH, "first", "s/pass", "in", "out", "result");
    table.alignLeft(0, 7);
    StringBuilder notes = new StringBuilder();
    for (RowResult row : rows) {
      String result = row.resultOk().map(ok -> ok ? "equal" : "WRONG").orElse("-");
      if (row.figures().isPresent()) {
        RowResult.Figures figures = row.figures().get();
        table.row(
            row.name(),
            String.format(Locale.ROOT, "%.2f", fractionOfBound(figures)),
            figures(COMPARED_WITH)
                .map(
                    base ->
                        String.format(
                            Locale.ROOT, "%.1fx", base.secondsPerPass() / figures.secondsPerPass()))
                .orElse("-"),
            String.format(Locale.ROOT, "%.4f", figures.firstSeconds()),
            String.format(Locale.ROOT, "%.4f", figures.secondsPerPass()),
            ByteSize.format(figures.traffic().bytesIn()),
            ByteSize.format(figures.traffic().bytesOut()),
            result);
      } else {
        table.row(row.name(), "-", "-", "-", "-", "-", "-", result);
      }
      notes.append("  ").append(row.name()).append(": ").append(row.description());
      if (!row.note().isEmpty()) {
        notes.append("; ").append(row.note());
      }
      notes.append('\n');
    }
    return heading() + "\n\n" + table + "\n" + notes + "\n" + footer();
  }

  private String heading() {
    return DeviceTitle.of(device)
        + String.format(
            Locale.ROOT,
            "\n"
                + "%d layers x %s = %s of weights, budget %s (ratio %.1f), %d reads a layer, %d"
                + " timed passes after %d to warm up",
            job.layers(),
            ByteSize.format(job.layerBytes()),
            ByteSize.format(job.footprintBytes()),
            ByteSize.format(job.budgetBytes()),
            job.ratio(),
            job.readsPerLayer(),
            job.passes(),
            job.warmUps());
  }

  private String footer() {
    StringBuilder text = new StringBuilder();
    text.append("first: seconds of the first pass to warm up. Bytes are per timed pass; ")
        .append(
            device.simulated()
                ? "counted by the simulator"
                : "counted by what was asked for, with faulted bytes taken to be those that left")
        .append(".\nNote: ")
        .append(NEVER_FULL)
        .append(".\n");
    if (!contents) {
      text.append("Note: ").append(METADATA_ONLY).append(".\n");
    }
    return text.toString();
  }

  private double fractionOfBound(RowResult.Figures figures) {
    return boundSeconds / figures.secondsPerPass();
  }
}
