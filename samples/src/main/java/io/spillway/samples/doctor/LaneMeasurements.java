package io.spillway.samples.doctor;

import io.spillway.driver.EventHandle;
import io.spillway.driver.NanoClock;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Devices;
import io.spillway.samples.device.Lanes;
import io.spillway.samples.device.Machine;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * How fast read-mostly data can be brought in while as much is let go, as the engine does: by one
 * context and by two, alone and beside kernels. The driver lets nothing go while it is called to
 * fetch, and what a call waits for beside kernels depends on what is in its stream.
 */
final class LaneMeasurements {

  private static final long STEP_BYTES = 128 * ByteSize.MIB;

  /** Steps whose data is there: one to be let go, two on their way. */
  private static final int RESIDENT = 3;

  private static final int IN_FLIGHT = 2;
  private static final int LAPS = 2;

  /** A kernel of about a millisecond on a card of 4 TB/s. */
  private static final long KERNEL_BYTES = 256 * ByteSize.MIB;

  private static final int KERNEL_READS = 20;

  /**
   * Kernels last as long as moving does at this rate, on a card that reads at that one, in GB/s.
   */
  private static final double SLOWEST_MOVES = 20;

  private static final double FASTEST_READS = 5000;

  private final Machine machine;
  private final UnifiedMemoryDriver driver;
  private final NanoClock clock;
  private final AddressRange range;
  private final PlanApplier applier;
  private final int steps;

  /**
   * Of memory that is read-mostly, prefers the host, and may be on the device.
   *
   * @param range at least four steps' worth, or there is nothing to measure
   * @param applier who knows what was advised of it
   */
  LaneMeasurements(Machine machine, AddressRange range, PlanApplier applier) {
    this.applier = applier;
    this.machine = machine;
    this.driver = machine.driver();
    this.clock = driver.clock();
    this.range = range;
    this.steps = (int) (range.bytes() / STEP_BYTES);
  }

  /** Takes the figures; none where moving has no context of its own. */
  List<Measurement> take() {
    List<Measurement> found = new ArrayList<>();
    if (steps <= RESIDENT) {
      return found;
    }
    dropAll(); // what is there already takes no time to fetch
    for (boolean beside : new boolean[] {false, true}) {
      for (int contexts = 1; contexts <= 2; contexts++) {
        double gbps = rate(contexts, beside);
        if (gbps > 0) {
          found.add(
              new Measurement(
                  "fetch.drop.%d%s".formatted(contexts, beside ? ".beside" : ""),
                  "prefetch of read-mostly data by %d context%s while as much is dropped%s"
                      .formatted(
                          contexts, contexts == 1 ? "" : "s", beside ? ", beside kernels" : ""),
                  gbps));
        }
      }
    }
    return found;
  }

  /** A context of its own, a thread, and a stream for each fetch that is on its way. */
  private static final class Lane implements AutoCloseable {
    private final UnifiedMemoryDriver driver;
    private final PlanApplier applier;
    private final Executor thread;
    private final List<StreamHandle> streams = new ArrayList<>();
    private final List<EventHandle> events = new ArrayList<>();

    Lane(UnifiedMemoryDriver driver, PlanApplier applier) {
      this.driver = driver;
      this.applier = applier.through(driver).withPieces(STEP_BYTES);
      this.thread =
          driver.virtualThread("lane").orElseGet(() -> Executors.newSingleThreadExecutor());
      for (int i = 0; i < IN_FLIGHT; i++) {
        streams.add(driver.createStream());
        events.add(driver.createEvent());
      }
    }

    CompletableFuture<Void> fetch(AddressRange part, int slot) {
      return CompletableFuture.runAsync(
          () -> {
            applier.apply(Plan.of(new Hint.Fetch(part)), streams.get(slot));
            driver.record(events.get(slot), streams.get(slot));
          },
          thread);
    }

    void await(int slot) {
      driver.await(events.get(slot));
    }

    @Override
    public void close() {
      if (thread instanceof ExecutorService real) {
        real.close();
      }
      streams.forEach(driver::synchronize);
      events.forEach(driver::destroyEvent);
      streams.forEach(driver::destroyStream);
      driver.close();
    }
  }

  private double rate(int contexts, boolean beside) {
    List<Lane> lanes = new ArrayList<>();
    AddressRange words = driver.allocateDevice(KERNEL_BYTES);
    AddressRange sums = driver.allocateDevice(Lanes.BYTES);
    StreamHandle kernels = driver.createStream();
    try {
      for (int i = 0; i < contexts; i++) {
        UnifiedMemoryDriver sibling = Devices.openSibling(machine);
        if (!sibling.ownsContext()) {
          sibling.close();
          return 0;
        }
        lanes.add(new Lane(sibling, applier));
      }
      if (beside) {
        launchKernels(words, sums, kernels);
      }
      return rate(lanes);
    } finally {
      driver.synchronize(kernels);
      lanes.forEach(Lane::close);
      dropAll();
      driver.destroyStream(kernels);
      driver.free(sums);
      driver.free(words);
    }
  }

  private void launchKernels(AddressRange words, AddressRange sums, StreamHandle stream) {
    double nanos = LAPS * range.bytes() / SLOWEST_MOVES;
    double each = KERNEL_READS * KERNEL_BYTES / FASTEST_READS;
    for (int i = 0; i < nanos / each; i++) {
      machine.layerSums(words, KERNEL_READS, sums, stream);
    }
  }

  private double rate(List<Lane> lanes) {
    Deque<List<CompletableFuture<Void>>> calls = new ArrayDeque<>();
    long partBytes = STEP_BYTES / lanes.size();
    long start = clock.nanoTime();
    for (int k = 0; k < LAPS * steps; k++) {
      int slot = k % IN_FLIGHT;
      if (calls.size() == IN_FLIGHT) {
        await(calls.remove(), lanes, slot);
      }
      if (k >= RESIDENT) {
        drop(lanes.getFirst().applier, (k - RESIDENT) % steps);
      }
      List<CompletableFuture<Void>> parts = new ArrayList<>();
      for (int i = 0; i < lanes.size(); i++) {
        AddressRange part = step(k % steps).slice(i * partBytes, partBytes);
        parts.add(lanes.get(i).fetch(part, slot));
      }
      calls.add(parts);
    }
    for (int k = LAPS * steps; !calls.isEmpty(); k++) {
      await(calls.remove(), lanes, k % IN_FLIGHT);
    }
    return (double) LAPS * steps * STEP_BYTES / Math.max(1, clock.nanoTime() - start);
  }

  private static void await(List<CompletableFuture<Void>> calls, List<Lane> lanes, int slot) {
    for (int i = 0; i < lanes.size(); i++) {
      calls.get(i).join();
      lanes.get(i).await(slot);
    }
  }

  private AddressRange step(int step) {
    return range.slice(step * STEP_BYTES, STEP_BYTES);
  }

  private void dropAll() {
    for (int step = 0; step < steps; step++) {
      drop(applier, step);
    }
  }

  private void drop(PlanApplier by, int step) {
    by.apply(Plan.of(new Hint.Drop(step(step))), StreamHandle.DEFAULT);
  }
}
