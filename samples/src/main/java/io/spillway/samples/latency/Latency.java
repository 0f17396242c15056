package io.spillway.samples.latency;

import io.spillway.Allocation;
import io.spillway.Interception;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.prefetch.Auto;
import io.spillway.range.AddressRange;
import io.spillway.samples.device.Lanes;
import io.spillway.samples.device.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Times launches of one kernel by turns: bare, and in a session that is told of them as of a
 * program that knows nothing of it, with allocations that exceed the budget, so that the engine
 * moves data all the time.
 *
 * <p>The device is idle before each timed call, as with a program that looks at each result, and
 * each launch computes for longer than its share of the moves takes: a program that outruns the
 * link is held back by the engine, which is no latency of a call. What is timed is the calling
 * thread, by the wall clock.
 */
final class Latency {

  /** Laps before anything is timed: what is only read is known after some, and code compiled. */
  private static final int WARM_UP_LAPS = 60;

  private static final String KERNEL = "layer_sums";

  private final Machine machine;
  private final LatencyJob job;
  private final long[] bareNanos;
  private final long[] toldNanos;

  Latency(Machine machine, LatencyJob job) {
    this.machine = machine;
    this.job = job;
    this.bareNanos = new long[job.launches()];
    this.toldNanos = new long[job.launches()];
  }

  LatencyReport run() {
    try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
      // A simulated thread is only a clock: what it does has to be done by another than ours.
      Executor place = machine.background().orElse(Runnable::run);
      SpillwayConfig config =
          SpillwayConfig.builder()
              .driver(machine.driver())
              .hostMemoryGuard(machine.hostMemory())
              .deviceBudget(Long.toString(job.layers().budgetBytes()))
              .plugins(List.of(new Auto()))
              .background(task -> thread.execute(() -> place.execute(task)))
              .build();
      try (Spillway session = Spillway.open(config)) {
        return run(session);
      }
    }
  }

  private LatencyReport run(Spillway session) {
    List<Allocation> layers = new ArrayList<>();
    AddressRange plain = machine.driver().allocateDevice(job.layers().layerBytes());
    AddressRange sums = machine.driver().allocateDevice(Lanes.BYTES);
    StreamHandle stream = machine.driver().createStream();
    try {
      for (int i = 0; i < job.layers().count(); i++) {
        Allocation layer =
            session.allocate(job.layers().layerBytes(), Placement.MANAGED, "layer " + i);
        layers.add(layer);
        machine.hostWrites(layer.range());
        if (machine.holdsContents()) {
          layer.segment().fill((byte) 1);
        }
      }
      int warmUps = WARM_UP_LAPS * job.layers().count();
      for (int i = 0; i < warmUps; i++) {
        long ignored =
            told(
                session.interception(), layers.get(i % job.layers().count()).range(), sums, stream);
      }
      long before = session.statistics().fetchedBytes();
      for (int i = 0; i < job.launches(); i++) {
        AddressRange layer = layers.get((warmUps + i) % job.layers().count()).range();
        bareNanos[i] = bare(plain, sums, stream);
        toldNanos[i] = told(session.interception(), layer, sums, stream);
      }
      machine.driver().synchronize(stream);
      return new LatencyReport(
          machine.driver().device(),
          job,
          Percentiles.of(bareNanos),
          Percentiles.of(toldNanos),
          session.statistics().fetchedBytes() - before,
          session.statistics().plugins().getOrDefault("auto", ""));
    } finally {
      layers.forEach(Allocation::close);
      machine.driver().destroyStream(stream);
      machine.driver().free(sums);
      machine.driver().free(plain);
    }
  }

  private long bare(AddressRange words, AddressRange sums, StreamHandle stream) {
    machine.driver().synchronize(stream);
    long start = System.nanoTime();
    machine.layerSums(words, job.reads(), sums, stream);
    return System.nanoTime() - start;
  }

  private long told(
      Interception session, AddressRange words, AddressRange sums, StreamHandle stream) {
    machine.driver().synchronize(stream);
    long start = System.nanoTime();
    Launch launch = session.launch(KERNEL, 0, stream);
    session.declare(launch, List.of(new RangeAccess(words, AccessKind.READ)), true);
    machine.layerSums(words, job.reads(), sums, stream);
    session.issued(launch);
    return System.nanoTime() - start;
  }
}
