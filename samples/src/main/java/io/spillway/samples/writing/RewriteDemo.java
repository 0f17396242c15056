package io.spillway.samples.writing;

import io.spillway.driver.DeviceInfo;
import io.spillway.driver.StreamHandle;
import io.spillway.prefetch.Auto;
import io.spillway.prefetch.OnDemand;
import io.spillway.range.ByteSize;
import io.spillway.samples.Table;
import io.spillway.samples.device.DeviceTitle;
import io.spillway.samples.device.Machine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Runs a {@link RewriteJob} with and without read-mostly, each time on a device opened anew. */
final class RewriteDemo {

  private static final double NANOS_PER_SECOND = 1e9;

  private final RewriteJob job;
  private final Supplier<Machine> machines;

  /** How layers are stored. */
  private enum Way {
    RESIDENT("resident", "all in device memory, no budget"),
    FAULTS("faults-writeback", "managed: page faults in, write-backs out"),
    NEVER("never read-mostly", "the engine, told that every launch may write"),
    ENGINE("spillway", "the engine, told which launches read and which write");

    private final String label;
    private final String description;

    Way(String label, String description) {
      this.label = label;
      this.description = description;
    }

    Store open(Machine machine, StreamHandle stream, RewriteJob job) {
      return switch (this) {
        case RESIDENT -> new ResidentStore(machine.driver(), job.layers());
        case FAULTS -> new ManagedStore(machine, stream, job.layers(), new OnDemand(), true, true);
        case NEVER -> new ManagedStore(machine, stream, job.layers(), new Auto(), false, false);
        case ENGINE -> new ManagedStore(machine, stream, job.layers(), new Auto(), true, false);
      };
    }
  }

  /** One way: seconds of its parts, and how its result compares with the host's. */
  private record Line(Way way, double before, double writing, double after, String result) {
    double seconds() {
      return before + writing + after;
    }
  }

  /**
   * Prepares it.
   *
   * @param machines opens the device anew
   */
  RewriteDemo(RewriteJob job, Supplier<Machine> machines) {
    this.job = job;
    this.machines = machines;
  }

  /** What came of it. */
  record Report(String text, boolean right) {}

  Report run() {
    List<Line> lines = new ArrayList<>();
    DeviceInfo device;
    try (Machine machine = machines.get()) {
      device = machine.driver().device();
    }
    for (Way way : Way.values()) {
      lines.add(run(way));
    }
    return new Report(
        text(device, lines),
        lines.stream().noneMatch(line -> line.result().equals(WritingReport.WRONG)));
  }

  private Line run(Way way) {
    try (Machine machine = machines.get();
        LayerRun run = new LayerRun(machine, stream -> way.open(machine, stream, job))) {
      write(run, false);
      long start = run.nanoTime();
      read(run, job.lapsBefore());
      long turn = run.nanoTime();
      write(run, true);
      long written = run.nanoTime();
      read(run, job.lapsAfter());
      long end = run.nanoTime();
      boolean equal = !machine.holdsContents() || Arrays.equals(run.activations(), job.expected());
      return new Line(
          way,
          (turn - start) / NANOS_PER_SECOND,
          (written - turn) / NANOS_PER_SECOND,
          (end - written) / NANOS_PER_SECOND,
          !equal
              ? WritingReport.WRONG
              : machine.holdsContents() ? WritingReport.EQUAL : "not checked");
    }
  }

  private void write(LayerRun run, boolean anew) {
    for (int layer = 0; layer < job.layers().count(); layer++) {
      run.write(layer, job.value(anew, layer));
    }
  }

  private void read(LayerRun run, int laps) {
    for (int lap = 0; lap < laps; lap++) {
      for (int layer = 0; layer < job.layers().count(); layer++) {
        run.read(layer);
      }
    }
  }

  private String text(DeviceInfo device, List<Line> lines) {
    double never =
        lines.stream().filter(line -> line.way() == Way.NEVER).mapToDouble(Line::seconds).sum();
    Table table =
        new Table(
            "way", "of never", "all (s)", "reading (s)", "writing (s)", "again (s)", "result");
    table.alignLeft(0, 6);
    StringBuilder notes = new StringBuilder();
    for (Line line : lines) {
      table.row(
          line.way().label,
          "%.3f".formatted(line.seconds() / never),
          "%.4f".formatted(line.seconds()),
          "%.4f".formatted(line.before()),
          "%.4f".formatted(line.writing()),
          "%.4f".formatted(line.after()),
          line.result());
      notes.append("  %s: %s%n".formatted(line.way().label, line.way().description));
    }
    return """
    %s
    %d layers of %s, budget %s: read %d times, written once, read %d times

    %s
    %s
    Note: the card is never full: the budget emulates a smaller card.
    """
        .formatted(
            DeviceTitle.of(device),
            job.layers().count(),
            ByteSize.format(job.layers().layerBytes()),
            ByteSize.format(job.layers().budgetBytes()),
            job.lapsBefore(),
            job.lapsAfter(),
            table,
            notes);
  }
}
