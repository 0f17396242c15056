package io.spillway.samples.writing;

import io.spillway.driver.DeviceInfo;
import io.spillway.range.ByteSize;
import io.spillway.samples.Table;
import io.spillway.samples.device.DeviceTitle;
import java.util.List;

/**
 * What was measured.
 *
 * @param lines the bound first
 */
record WritingReport(DeviceInfo device, WritingJob job, List<Line> lines) {

  static final String EQUAL = "equal";
  static final String WRONG = "WRONG";

  /**
   * One way.
   *
   * @param seconds a step
   * @param result of the comparison with the host's, empty where there is nothing to compare
   * @param remark what it says of itself
   */
  record Line(String label, String description, double seconds, String result, String remark) {}

  /** Whether no result is wrong. */
  boolean right() {
    return lines.stream().noneMatch(line -> line.result().equals(WRONG));
  }

  String text() {
    double bound = lines.getFirst().seconds();
    Table table = new Table("way", "of bound", "s/step", "result");
    table.alignLeft(0, 3);
    StringBuilder notes = new StringBuilder();
    for (Line line : lines) {
      table.row(
          line.label(),
          "%.2f".formatted(bound / line.seconds()),
          "%.4f".formatted(line.seconds()),
          line.result());
      notes.append("  %s: %s".formatted(line.label(), line.description()));
      notes.append(line.remark().isEmpty() ? "\n" : "; " + line.remark() + "\n");
    }
    return """
    %s
    %d activations of %s, %s in all, written in order and read in reverse; budget %s; %d timed steps after %d

    %s
    %s
    Note: the card is never full: the budget emulates a smaller card.
    """
        .formatted(
            DeviceTitle.of(device),
            job.layers().count(),
            ByteSize.format(job.layers().layerBytes()),
            ByteSize.format(job.layers().bytes()),
            ByteSize.format(job.layers().budgetBytes()),
            job.steps(),
            job.warmUps(),
            table,
            notes);
  }
}
