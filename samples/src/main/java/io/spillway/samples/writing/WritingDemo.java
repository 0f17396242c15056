package io.spillway.samples.writing;

import io.spillway.allocate.HostMemoryReservation;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.NanoClock;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.prefetch.Auto;
import io.spillway.prefetch.OnDemand;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Lanes;
import io.spillway.samples.device.Machine;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;

/** Runs the same steps with each way to store what does not fit, each on a device opened anew. */
final class WritingDemo {

  /** Bytes to measure the link with: enough that the fixed costs of a copy do not count. */
  private static final long LINK_BYTES = ByteSize.GIB;

  private static final int REPETITIONS = 3;
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
        case RESIDENT -> new ResidentStore(machine.driver(), job);
        case FAULTS -> new ManagedStore(machine, stream, job, new OnDemand(), true);
        case ENGINE -> new ManagedStore(machine, stream, job, new Auto(), false);
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
    DeviceInfo device;
    try (Machine machine = machines.get()) {
      device = machine.driver().device();
      lines.add(bound(machine));
    }
    for (Way way : Way.values()) {
      lines.add(run(way));
    }
    return new WritingReport(device, job, lines);
  }

  /** What does not fit has to go out while it is written, and to come in while it is read. */
  private WritingReport.Line bound(Machine machine) {
    UnifiedMemoryDriver driver = machine.driver();
    long bytes = Math.min(LINK_BYTES, Blocks.floor(job.layers().budgetBytes()));
    StreamHandle stream = driver.createStream();
    AddressRange device = driver.allocateDevice(bytes);
    AddressRange pinned;
    try (HostMemoryReservation _ = machine.hostMemory().reserve(bytes, "pinned buffer")) {
      pinned = driver.allocatePinned(bytes);
    }
    double in = seconds(driver, stream, () -> driver.copy(device, pinned.address(), stream));
    double out = seconds(driver, stream, () -> driver.copy(pinned, device.address(), stream));
    driver.free(pinned);
    driver.free(device);
    driver.destroyStream(stream);
    return new WritingReport.Line(
        "bound",
        "what does not fit goes out and comes in, by pinned copies measured in this run",
        (in + out) * job.missingBytes() / bytes,
        "",
        "%.1f GB/s in, %.1f out".formatted(bytes * 1e-9 / in, bytes * 1e-9 / out));
  }

  private static double seconds(UnifiedMemoryDriver driver, StreamHandle stream, Runnable work) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < REPETITIONS; i++) {
      driver.synchronize(stream);
      long start = driver.clock().nanoTime();
      work.run();
      driver.synchronize(stream);
      least = Math.min(least, driver.clock().nanoTime() - start);
    }
    return least / NANOS_PER_SECOND;
  }

  private WritingReport.Line run(Way way) {
    try (Machine machine = machines.get()) {
      UnifiedMemoryDriver driver = machine.driver();
      NanoClock clock = driver.clock();
      StreamHandle stream = driver.createStream();
      AddressRange sums = driver.allocateDevice(Lanes.BYTES);
      AddressRange activations = driver.allocateDevice(Lanes.BYTES);
      try (Store store = way.open(machine, stream, job)) {
        driver.fill(sums, (byte) 0, stream);
        driver.fill(activations, (byte) 0, stream);
        for (int step = 0; step < job.warmUps(); step++) {
          step(machine, stream, store, step, sums, activations);
        }
        driver.synchronize(stream);
        long start = clock.nanoTime();
        for (int step = 0; step < job.steps(); step++) {
          step(machine, stream, store, job.warmUps() + step, sums, activations);
        }
        driver.synchronize(stream);
        double seconds = (clock.nanoTime() - start) / NANOS_PER_SECOND / job.steps();
        return new WritingReport.Line(
            way.label,
            way.description,
            seconds,
            machine.holdsContents() ? result(machine, stream, activations) : "not checked",
            store.remark());
      } finally {
        driver.free(activations);
        driver.free(sums);
        driver.destroyStream(stream);
      }
    }
  }

  private void step(
      Machine machine,
      StreamHandle stream,
      Store store,
      int step,
      AddressRange sums,
      AddressRange activations) {
    for (int i = 0; i < job.layers().count(); i++) {
      int layer = i;
      store.write(layer, where -> machine.writeWords(where, job.value(step, layer), stream));
    }
    for (int i = job.layers().count() - 1; i >= 0; i--) {
      int layer = i;
      store.read(
          layer,
          where -> {
            machine.layerSums(where, 1, sums, stream);
            machine.layerActivate(sums, activations, layer, stream);
          });
    }
  }

  private String result(Machine machine, StreamHandle stream, AddressRange activations) {
    UnifiedMemoryDriver driver = machine.driver();
    AddressRange onHost = driver.allocatePinned(Lanes.BYTES);
    try {
      driver.copy(onHost, activations.address(), stream);
      driver.synchronize(stream);
      long[] found = driver.hostView(onHost).toArray(ValueLayout.JAVA_LONG);
      boolean equal = Arrays.equals(found, job.expected(job.warmUps() + job.steps()));
      return equal ? WritingReport.EQUAL : "WRONG";
    } finally {
      driver.free(onHost);
    }
  }
}
