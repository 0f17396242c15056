package io.spillway.samples.writing;

import io.spillway.driver.DeviceInfo;
import io.spillway.driver.StreamHandle;
import io.spillway.prefetch.Auto;
import io.spillway.prefetch.OnDemand;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.LinkRates;
import io.spillway.samples.device.Machine;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Runs the same steps with each way to store what does not fit, each on a device opened anew. */
final class WritingDemo {

  /** Bytes to measure the link with: enough that the fixed costs of a copy do not count. */
  private static final long LINK_BYTES = ByteSize.GIB;

  private static final double NANOS_PER_SECOND = 1e9;

  private final WritingJob job;
  private final Supplier<Machine> machines;

  /** How activations are stored. */
  private enum Way {
    RESIDENT("resident", "all in device memory, no budget"),
    FAULTS("faults-writeback", "managed: page faults in, write-backs out"),
    ENGINE("spillway", "managed: Spillway predicts, moves, or leaves on the host"),
    BY_HAND("by-hand", "hand-written: some kept, the others copied out and back");

    private final String label;
    private final String description;

    Way(String label, String description) {
      this.label = label;
      this.description = description;
    }

    Store open(Machine machine, StreamHandle stream, WritingJob job) {
      return switch (this) {
        case RESIDENT -> new ResidentStore(machine.driver(), job.layers());
        case FAULTS -> new ManagedStore(machine, stream, job.layers(), new OnDemand(), true, true);
        case ENGINE -> new ManagedStore(machine, stream, job.layers(), new Auto(), true, false);
        case BY_HAND -> new HandWrittenStore(machine, stream, job);
      };
    }
  }

  /**
   * Prepares it.
   *
   * @param machines opens the device anew
   */
  WritingDemo(WritingJob job, Supplier<Machine> machines) {
    this.job = job;
    this.machines = machines;
  }

  WritingReport run() {
    List<WritingReport.Line> lines = new ArrayList<>();
    WritingReport.Line resident = run(Way.RESIDENT);
    DeviceInfo device;
    try (Machine machine = machines.get()) {
      device = machine.driver().device();
      lines.add(bound(machine, resident));
    }
    for (Way way : Way.values()) {
      lines.add(way == Way.RESIDENT ? resident : run(way));
    }
    return new WritingReport(device, job, lines);
  }

  /**
   * What does not fit has to go out while it is written, and to come in while it is read; and the
   * kernels have to run.
   */
  private WritingReport.Line bound(Machine machine, WritingReport.Line resident) {
    LinkRates link =
        LinkRates.measure(machine, Math.min(LINK_BYTES, Blocks.floor(job.layers().budgetBytes())));
    double moved = job.missingBytes() * (1 / link.inGBps() + 1 / link.outGBps()) / NANOS_PER_SECOND;
    return new WritingReport.Line(
        "bound",
        "the longer of all resident and of what does not fit going out and coming in, by pinned"
            + " copies measured in this run",
        Math.max(moved, resident.seconds()),
        "",
        "%.1f GB/s in, %.1f out: %.4f s".formatted(link.inGBps(), link.outGBps(), moved));
  }

  private WritingReport.Line run(Way way) {
    try (Machine machine = machines.get();
        LayerRun run = new LayerRun(machine, stream -> way.open(machine, stream, job))) {
      for (int step = 0; step < job.warmUps(); step++) {
        step(run, step);
      }
      long start = run.nanoTime();
      for (int step = 0; step < job.steps(); step++) {
        step(run, job.warmUps() + step);
      }
      double seconds = (run.nanoTime() - start) / NANOS_PER_SECOND / job.steps();
      return new WritingReport.Line(
          way.label,
          way.description,
          seconds,
          machine.holdsContents() ? result(run) : "not checked",
          run.remark());
    }
  }

  private void step(LayerRun run, int step) {
    for (int layer = 0; layer < job.layers().count(); layer++) {
      run.write(layer, job.value(step, layer), job.work());
    }
    for (int layer = job.layers().count() - 1; layer >= 0; layer--) {
      run.read(layer, job.work());
    }
  }

  private String result(LayerRun run) {
    boolean equal = Arrays.equals(run.activations(), job.expected(job.warmUps() + job.steps()));
    return equal ? WritingReport.EQUAL : WritingReport.WRONG;
  }
}
