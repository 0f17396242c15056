package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.TouchKind;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** What is discarded is not moved, and what is written after that is. */
final class DiscardTest {

  private static final long PART = 32 * ByteSize.MIB;
  private static final int WEIGHTS = 4;
  private static final int SCRATCH = 32;
  private static final long BUDGET = 12 * PART;

  private static Spillway open(FaultInjectingDriver driver, SimulatedDriver simulation, long most) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(driver)
            .deviceBudget(Long.toString(most))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(new Auto()))
            .background(simulation.hostThread("mover"))
            .build());
  }

  private static void launch(
      SimulatedDriver simulation,
      Spillway spillway,
      String label,
      Allocation of,
      int part,
      TouchKind kind,
      Runnable body) {
    AddressRange range = of.range().slice(part * PART, PART);
    try (var scope = spillway.launch(label, part)) {
      if (kind == TouchKind.WRITE) {
        scope.writes(of, part * PART, PART);
      } else {
        scope.reads(of, part * PART, PART);
      }
      simulation.launch(
          SimulatedKernel.of(label, new Access(range, kind, 20, 1)).withBody(body),
          StreamHandle.DEFAULT);
    }
  }

  /** What the last two of six laps moved, and how long they took. */
  private record Moved(long inBytes, long outBytes, long nanos) {}

  /** Laps that fill one part of scratch memory after another and read it once, between weights. */
  private static Moved laps(boolean discards) {
    SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
    FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
    Moved moved;
    try (Spillway spillway = open(driver, simulation, BUDGET);
        Allocation weights = spillway.allocate(WEIGHTS * PART, Placement.MANAGED, "weights");
        Allocation scratch = spillway.allocate(SCRATCH * PART, Placement.MANAGED, "scratch")) {
      simulation.hostTouch(weights.range(), TouchKind.WRITE);
      weights.readMostly();
      SimulationCounters before = simulation.counters();
      long start = 0;
      for (int lap = 0; lap < 6; lap++) {
        if (lap == 4) {
          simulation.synchronize(StreamHandle.DEFAULT);
          before = simulation.counters();
          start = simulation.clock().nanoTime();
        }
        for (int i = 0; i < SCRATCH; i++) {
          launch(simulation, spillway, "fill", scratch, i, TouchKind.WRITE, () -> {});
          launch(simulation, spillway, "layer", weights, i % WEIGHTS, TouchKind.READ, () -> {});
          launch(simulation, spillway, "use", scratch, i, TouchKind.READ, () -> {});
          if (discards) {
            AddressRange dead = scratch.range().slice(i * PART, PART);
            assertThat(spillway.apply(Plan.of(new Hint.Discard(dead))).complete()).isTrue();
          }
        }
      }
      simulation.synchronize(StreamHandle.DEFAULT);
      SimulationCounters after = simulation.counters();
      moved =
          new Moved(
              after.bytesIn() - before.bytesIn(),
              after.bytesOut() - before.bytesOut() + after.zeroCopyBytes() - before.zeroCopyBytes(),
              simulation.clock().nanoTime() - start);
    }
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
    return moved;
  }

  @Test
  void whatIsDeadNeitherGoesNorComes() {
    Moved kept = laps(false);
    Moved discarded = laps(true);

    assertThat(kept.inBytes() + kept.outBytes())
        .as("%s", kept)
        .isGreaterThan(2 * (SCRATCH - BUDGET / PART) * PART);
    assertThat(discarded.inBytes()).as("%s", discarded).isZero();
    assertThat(discarded.outBytes()).as("%s", discarded).isZero();
    assertThat(discarded.nanos()).as("%s", kept).isLessThan(kept.nanos());
  }

  @Test
  void whatIsDiscardedMakesRoomBeforeAnythingElse() {
    SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
    FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
    try (Spillway spillway = open(driver, simulation, 4 * PART);
        Allocation scratch = spillway.allocate(2 * PART, Placement.MANAGED, "scratch");
        Allocation kept = spillway.allocate(2 * PART, Placement.MANAGED, "kept");
        Allocation more = spillway.allocate(2 * PART, Placement.MANAGED, "more")) {
      for (int i = 0; i < 2; i++) {
        launch(simulation, spillway, "keep", kept, i, TouchKind.WRITE, () -> {});
      }
      for (int i = 0; i < 2; i++) {
        launch(simulation, spillway, "fill", scratch, i, TouchKind.WRITE, () -> {});
      }
      scratch.discard();
      for (int i = 0; i < 2; i++) {
        launch(simulation, spillway, "more", more, i, TouchKind.WRITE, () -> {});
      }
      simulation.synchronize(StreamHandle.DEFAULT);

      assertThat(simulation.residentBytes(kept.range())).as("used longest ago").isEqualTo(2 * PART);
      assertThat(simulation.counters().bytesOut()).isZero();
    }
    simulation.close();
  }

  @Test
  void aDiscardThatTheDriverRefusesLeavesTheDataAlive() {
    SimulatedDriver simulation = SimulatedDriver.builder(GpuModel.h200()).backed(true).open();
    FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
    try (Spillway spillway = open(driver, simulation, 2 * PART);
        Allocation data = spillway.allocate(4 * PART, Placement.MANAGED, "data")) {
      for (int i = 0; i < 4; i++) {
        write(simulation, spillway, data, i, i);
      }
      driver.fail("discard", 1, CudaStatus.NOT_SUPPORTED);
      data.discard();
      for (int i = 0; i < 4; i++) {
        assertThat(read(simulation, spillway, data, i)).isEqualTo(i);
      }
    }
    simulation.close();
  }

  private static void write(
      SimulatedDriver simulation, Spillway spillway, Allocation of, int part, long value) {
    AddressRange range = of.range().slice(part * PART, PART);
    launch(
        simulation,
        spillway,
        "write",
        of,
        part,
        TouchKind.WRITE,
        () -> {
          simulation.contents(range).set(ValueLayout.JAVA_LONG, 0, value);
          simulation.contents(range).set(ValueLayout.JAVA_LONG, PART - Long.BYTES, value);
        });
  }

  private static long read(SimulatedDriver simulation, Spillway spillway, Allocation of, int part) {
    AddressRange range = of.range().slice(part * PART, PART);
    long[] seen = new long[2];
    launch(
        simulation,
        spillway,
        "read",
        of,
        part,
        TouchKind.READ,
        () -> {
          seen[0] = simulation.contents(range).get(ValueLayout.JAVA_LONG, 0);
          seen[1] = simulation.contents(range).get(ValueLayout.JAVA_LONG, PART - Long.BYTES);
        });
    assertThat(seen[0]).isEqualTo(seen[1]);
    return seen[0];
  }

  /** Reads, writes, discards and writes of the host's in no order, while others push data out. */
  @Property(tries = 15)
  void whateverIsDiscardedWhatWasWrittenSinceIsRead(@ForAll long seed) {
    Random random = new Random(seed);
    int parts = 6;
    OptionalLong[] alive = new OptionalLong[parts];
    SimulatedDriver simulation = SimulatedDriver.builder(GpuModel.h200()).backed(true).open();
    FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
    Allocation[] of = new Allocation[parts];
    try (Spillway spillway = open(driver, simulation, 2 * PART)) {
      for (int i = 0; i < parts; i++) {
        of[i] = spillway.allocate(PART, Placement.MANAGED, "part " + i);
        alive[i] = OptionalLong.empty();
      }
      for (int step = 0; step < 150; step++) {
        int i = random.nextInt(parts);
        switch (random.nextInt(4)) {
          case 0 -> {
            write(simulation, spillway, of[i], 0, step);
            alive[i] = OptionalLong.of(step);
          }
          case 1 -> {
            of[i].discard();
            alive[i] = OptionalLong.empty();
          }
          case 2 -> {
            simulation.synchronize(StreamHandle.DEFAULT);
            simulation.hostTouch(of[i].range(), TouchKind.WRITE);
            of[i].segment().set(ValueLayout.JAVA_LONG, 0, -step);
            of[i].segment().set(ValueLayout.JAVA_LONG, PART - Long.BYTES, -step);
            alive[i] = OptionalLong.of(-step);
          }
          default -> {
            if (alive[i].isPresent()) {
              assertThat(read(simulation, spillway, of[i], 0)).isEqualTo(alive[i].getAsLong());
            }
          }
        }
      }
      for (Allocation each : of) {
        each.close();
      }
    }
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
  }
}
