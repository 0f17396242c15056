package io.spillway.prefetch.baseline;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionPlugin;
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
import io.spillway.driver.sim.TouchKind;
import io.spillway.prefetch.OnDemand;
import io.spillway.prefetch.OneAhead;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Streams layers through a budget on the simulated driver. */
final class SequentialMoverTest {

  private static final long LAYER = 64 * ByteSize.MIB;
  private static final int LAYERS = 12;
  private static final long BUDGET = 4 * LAYER;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
  private long mostResidentBytes;

  @AfterEach
  void nothingIsLeft() {
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
  }

  private Spillway open(SessionPlugin plugin) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(driver)
            .deviceBudget(ByteSize.format(BUDGET))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(plugin))
            .background(simulation.hostThread("mover"))
            .build());
  }

  private Allocation weights(Spillway spillway, boolean readMostly) {
    Allocation weights = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "weights");
    simulation.hostTouch(weights.range(), TouchKind.WRITE);
    return readMostly ? weights.readMostly() : weights;
  }

  /** One pass over all layers; its virtual seconds. */
  private double pass(Spillway spillway, Allocation weights) {
    long start = simulation.clock().nanoTime();
    for (int layer = 0; layer < LAYERS; layer++) {
      AddressRange range = weights.range().slice(layer * LAYER, LAYER);
      try (var scope = spillway.launch("layer", layer).reads(weights, layer * LAYER, LAYER)) {
        assertThat(scope).isNotNull();
        simulation.launch(
            SimulatedKernel.of("layer", Access.read(range, 20)), StreamHandle.DEFAULT);
      }
      mostResidentBytes = Math.max(mostResidentBytes, simulation.residentBytes(weights.range()));
    }
    simulation.synchronize(StreamHandle.DEFAULT);
    return (simulation.clock().nanoTime() - start) * 1e-9;
  }

  private double steadyPass(SessionPlugin plugin, boolean readMostly) {
    try (Spillway spillway = open(plugin);
        Allocation weights = weights(spillway, readMostly)) {
      pass(spillway, weights);
      return pass(spillway, weights);
    }
  }

  @Test
  void oneAheadIsSeveralTimesFasterThanFaultsAndKeepsTheBudget() {
    double faults = steadyPass(new OnDemand(), true);
    assertThat(mostResidentBytes).isLessThanOrEqualTo(BUDGET);
    mostResidentBytes = 0;

    double ahead = steadyPass(new OneAhead(), true);

    assertThat(mostResidentBytes).isBetween(BUDGET - LAYER, BUDGET);
    assertThat(faults / ahead).isGreaterThan(3);
    assertThat(simulation.counters().bytesOut()).as("read-mostly data leaves free").isZero();
  }

  @Test
  void dataThatMayChangeIsWrittenBackAndStillKeepsTheBudget() {
    double dropped = steadyPass(new OnDemand(), true);
    double writtenBack = steadyPass(new OnDemand(), false);

    assertThat(mostResidentBytes).isLessThanOrEqualTo(BUDGET);
    assertThat(writtenBack).isGreaterThan(1.5 * dropped);
    assertThat(simulation.counters().bytesOut()).isPositive();
  }

  @Test
  void everythingStaysWhenItFits() {
    try (Spillway spillway = open(new OneAhead());
        Allocation weights = spillway.allocate(BUDGET, Placement.MANAGED, "weights")) {
      simulation.hostTouch(weights.range(), TouchKind.WRITE);
      weights.readMostly();
      for (int lap = 0; lap < 3; lap++) {
        for (int layer = 0; layer < 4; layer++) {
          spillway.launch("layer", layer).reads(weights, layer * LAYER, LAYER).close();
        }
      }
      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(BUDGET);
      assertThat(spillway.statistics().droppedBytes()).isZero();
    }
  }

  @Test
  void theMostThatWasThereIsTold() {
    try (Spillway spillway = open(new OnDemand());
        Allocation weights = weights(spillway, true)) {
      pass(spillway, weights);
      assertThat(spillway.statistics().mostResidentBytes()).hasValue(BUDGET);

      spillway.launch("all", 0).reads(weights).close();

      assertThat(spillway.statistics().mostResidentBytes()).hasValue(LAYERS * LAYER);
      assertThat(spillway.statistics().mostResidentOfBudget()).hasValue(3);
      assertThat(spillway.statistics())
          .asString()
          .contains(", on the device at most 768 MiB at once, 3.000 of the budget;");
    }
  }

  @Test
  void aLaunchLargerThanTheBudgetIsLeftToFaults() {
    try (Spillway spillway = open(new OneAhead());
        Allocation weights = weights(spillway, true)) {
      spillway.launch("all", 0).reads(weights).close();

      assertThat(spillway.statistics().fetchedBytes()).isZero();
    }
  }

  @Test
  void freedRangesLeaveTheAccount() {
    try (Spillway spillway = open(new OneAhead())) {
      for (int i = 0; i < 6; i++) {
        try (Allocation weights = spillway.allocate(2 * LAYER, Placement.MANAGED, "weights")) {
          spillway.launch("layer", 0).reads(weights).close();
        }
      }
      assertThat(spillway.statistics().writtenBackBytes()).isZero();
    }
  }

  @Test
  void aDriverFailureSwitchesItOffAndTheProgramGoesOn() {
    try (Spillway spillway = open(new OneAhead());
        Allocation weights = weights(spillway, true)) {
      driver.fail("record", 1, CudaStatus.INVALID_HANDLE);
      pass(spillway, weights);
      long fetched = spillway.statistics().fetchedBytes();
      pass(spillway, weights);

      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(fetched).isLessThan(2 * LAYER);
      assertThat(spillway.statistics().plugins().get("one-ahead"))
          .isEqualTo("off: record failed: CUDA_ERROR_INVALID_HANDLE (400)");
    }
  }

  @Test
  void refusedFetchesAreOnlyCounted() {
    try (Spillway spillway = open(new OneAhead());
        Allocation weights = weights(spillway, true)) {
      for (int i = 1; i <= 3; i++) {
        driver.fail("prefetch", i, CudaStatus.NOT_SUPPORTED);
      }
      pass(spillway, weights);

      assertThat(spillway.statistics().hints().refused()).isEqualTo(3);
      assertThat(spillway.statistics().plugins()).containsEntry("one-ahead", "on");
      assertThat(mostResidentBytes).isLessThanOrEqualTo(BUDGET);
    }
  }

  @Test
  void whatTheDriverRefusesToEvictIsNotTakenForGone() {
    try (Spillway spillway = open(new OneAhead());
        Allocation weights = weights(spillway, false)) {
      for (int layer = 0; layer < 3; layer++) {
        spillway.launch("layer", layer).reads(weights, layer * LAYER, LAYER).close();
      }
      for (int i = 1; i <= 100; i++) {
        driver.fail("prefetch", i, CudaStatus.NOT_SUPPORTED);
      }
      long fetched = spillway.statistics().fetchedBytes();
      for (int layer = 4; layer < LAYERS; layer++) {
        spillway.launch("layer", layer).reads(weights, layer * LAYER, LAYER).close();
      }

      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(fetched);
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(BUDGET);
      assertThat(spillway.statistics().plugins())
          .containsEntry("one-ahead", "on, but the driver refused to make room");
    }
  }

  @Test
  void victimsOfBothKindsLeaveEachInItsWay() {
    try (Spillway spillway = open(new OnDemand());
        Allocation dropped = spillway.allocate(2 * LAYER, Placement.MANAGED, "dropped");
        Allocation written = spillway.allocate(2 * LAYER, Placement.MANAGED, "written");
        Allocation next = spillway.allocate(4 * LAYER, Placement.MANAGED, "next")) {
      for (Allocation each : List.of(dropped, written, next)) {
        simulation.hostTouch(each.range(), TouchKind.WRITE);
      }
      dropped.readMostly();
      for (Allocation each : List.of(dropped, written, next)) {
        try (var scope = spillway.launch("read", 0).reads(each)) {
          assertThat(scope).isNotNull();
          simulation.launch(
              SimulatedKernel.of("read", Access.read(each.range())), StreamHandle.DEFAULT);
        }
      }

      assertThat(simulation.residentBytes(dropped.range())).isZero();
      assertThat(simulation.residentBytes(written.range())).isZero();
      assertThat(spillway.statistics().droppedBytes()).isEqualTo(2 * LAYER);
      assertThat(spillway.statistics().writtenBackBytes()).isEqualTo(2 * LAYER);
    }
  }

  @Test
  void whatIsReadInPlaceStaysOnTheHost() {
    try (Spillway spillway = open(new OneAhead());
        Allocation weights = weights(spillway, false)) {
      weights.zeroCopy();
      spillway.launch("layer", 0).reads(weights, 0, LAYER).close();

      assertThat(spillway.statistics().fetchedBytes()).isZero();
    }
  }

  @Test
  void whatAnUnissuedLaunchDeclaredIsSpared() {
    try (Spillway spillway = open(new OneAhead());
        Allocation weights = weights(spillway, true)) {
      var open = spillway.launch("layer", 0).reads(weights, 0, 2 * LAYER);
      spillway.launch("layer", 1).reads(weights, 4 * LAYER, 2 * LAYER).close();
      spillway.launch("layer", 2).reads(weights, 8 * LAYER, 2 * LAYER).close();

      assertThat(simulation.residentBytes(weights.range().slice(0, 2 * LAYER)))
          .isEqualTo(2 * LAYER);
      open.close();
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(BUDGET);
    }
  }

  @Test
  void aRequestedFetchKeepsTheBudgetToo() {
    try (Spillway spillway = open(new OneAhead());
        Allocation first = spillway.allocate(3 * LAYER, Placement.MANAGED, "first");
        Allocation second = spillway.allocate(3 * LAYER, Placement.MANAGED, "second");
        Allocation tooLarge = spillway.allocate(5 * LAYER, Placement.MANAGED, "too large")) {
      first.fetch();
      second.fetch();
      tooLarge.fetch();

      assertThat(simulation.residentBytes(second.range())).isEqualTo(3 * LAYER);
      assertThat(simulation.residentBytes(first.range())).isEqualTo(LAYER);
      assertThat(simulation.residentBytes(tooLarge.range())).isZero();
    }
  }

  @Test
  void worksFromAThreadOfItsOwn() {
    try (ExecutorService thread = Executors.newSingleThreadExecutor();
        Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(driver)
                    .deviceBudget(ByteSize.format(BUDGET))
                    .plugins(List.of(new OneAhead()))
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                    .background(thread)
                    .build());
        Allocation weights = weights(spillway, true)) {
      pass(spillway, weights);
      pass(spillway, weights);

      assertThat(mostResidentBytes).isLessThanOrEqualTo(BUDGET);
      assertThat(spillway.statistics().droppedBytes()).isPositive();
    }
  }
}
