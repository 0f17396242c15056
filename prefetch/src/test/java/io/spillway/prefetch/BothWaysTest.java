package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Vectors in parts, two of them added up into a third by short launches, under a third of their
 * memory: what is read and what is written in place cross the link at the same time.
 */
final class BothWaysTest {

  private static final long PART = 128 * ByteSize.MIB;
  private static final int PARTS = 4;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());

  @AfterEach
  void close() {
    simulation.close();
  }

  private record Part(Allocation left, Allocation right, Allocation sum) {}

  private List<Part> upload(Spillway spillway) {
    AddressRange staging = simulation.allocatePinned(PART);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < PARTS; i++) {
      Part part = new Part(vector(spillway), vector(spillway), vector(spillway));
      simulation.copy(part.left.range(), staging.address(), StreamHandle.DEFAULT);
      simulation.copy(part.right.range(), staging.address(), StreamHandle.DEFAULT);
      parts.add(part);
    }
    simulation.synchronize(StreamHandle.DEFAULT);
    simulation.free(staging);
    return parts;
  }

  private static Allocation vector(Spillway spillway) {
    return spillway.allocate(PART, Placement.MANAGED, "vector");
  }

  private double pass(Spillway spillway, List<Part> parts) {
    long start = simulation.clock().nanoTime();
    for (Part part : parts) {
      try (var scope = spillway.launch("add", 0)) {
        scope.reads(part.left, 0, PART).reads(part.right, 0, PART).writes(part.sum, 0, PART);
        simulation.launch(
            SimulatedKernel.of(
                "add",
                Access.read(part.left.range()),
                Access.read(part.right.range()),
                Access.write(part.sum.range())),
            StreamHandle.DEFAULT);
      }
    }
    simulation.synchronize(StreamHandle.DEFAULT);
    return (simulation.clock().nanoTime() - start) * 1e-9;
  }

  @Test
  void fromTheFifthPassOnAsMuchIsReadInPlaceAsWritten() {
    try (Spillway spillway =
        Spillway.open(
            SpillwayConfig.builder()
                .driver(simulation)
                .deviceBudget(Long.toString(PARTS * PART))
                .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                .plugins(List.of(new Auto()))
                .background(simulation.hostThread("mover"))
                .build())) {
      List<Part> parts = upload(spillway);
      for (int pass = 0; pass < 4; pass++) {
        double ignored = pass(spillway, parts);
      }
      SimulationCounters before = simulation.counters();

      double seconds = pass(spillway, parts);

      SimulationCounters after = simulation.counters();
      GpuModel model = simulation.model();
      double oneWay = PARTS * PART / (model.zeroCopyGBps() * 1e9);
      assertThat(seconds).isLessThan(1.06 * oneWay * model.zeroCopyBothSlowdown());
      assertThat(after.bytesIn()).isEqualTo(before.bytesIn());
      assertThat(after.bytesOut()).isEqualTo(before.bytesOut());
      parts.forEach(
          part -> {
            part.left.close();
            part.right.close();
            part.sum.close();
          });
    }
  }
}
