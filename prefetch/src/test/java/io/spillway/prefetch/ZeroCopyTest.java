package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What has no room when it is allocated stays on the host. */
final class ZeroCopyTest {

  private static final long PART = 64 * ByteSize.MIB;
  private static final long BUDGET = 4 * PART;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());

  @AfterEach
  void nothingIsLeft() {
    simulation.close();
  }

  private Spillway open() {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(simulation)
            .deviceBudget(Long.toString(BUDGET))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(new ZeroCopy()))
            .background(simulation.hostThread("mover"))
            .build());
  }

  private Allocation filled(Spillway spillway, long parts) {
    Allocation data = spillway.allocate(parts * PART, Placement.MANAGED, "data");
    simulation.hostTouch(data.range(), TouchKind.WRITE);
    return data;
  }

  private void read(AddressRange range) {
    simulation.launch(SimulatedKernel.of("read", Access.read(range)), StreamHandle.DEFAULT);
    simulation.synchronize(StreamHandle.DEFAULT);
  }

  @Test
  void whatCameFirstStaysAndTheRestIsReadInPlace() {
    try (Spillway spillway = open();
        Allocation first = filled(spillway, 3);
        Allocation second = filled(spillway, 3)) {
      read(first.range());
      read(second.range());
      SimulationCounters before = simulation.counters();
      read(first.range());
      read(second.range());

      assertThat(simulation.counters().faults()).isEqualTo(before.faults());
      assertThat(simulation.residentBytes(first.range())).isEqualTo(3 * PART);
      assertThat(simulation.residentBytes(second.range().slice(0, PART))).isEqualTo(PART);
      assertThat(simulation.residentBytes(second.range().slice(PART, 2 * PART))).isZero();
      assertThat(spillway.statistics().mostResidentBytes()).hasValue(BUDGET);
      assertThat(spillway.statistics().mostResidentOfBudget()).hasValue(1);
    }
  }

  @Test
  void whatIsFreedGivesItsRoomToWhatComesNext() {
    try (Spillway spillway = open()) {
      filled(spillway, 3).close();
      try (Allocation next = filled(spillway, 5)) {
        read(next.range());

        assertThat(simulation.residentBytes(next.range())).isEqualTo(BUDGET);
      }
    }
  }

  @Test
  void ofASmallerBudgetTheLastGoToTheHost() {
    try (Spillway spillway = open();
        Allocation first = filled(spillway, 2);
        Allocation second = filled(spillway, 2)) {
      read(first.range());
      read(second.range());

      spillway.resizeBudget(DeviceBudget.ofBytes(3 * PART));
      read(first.range());
      read(second.range());

      assertThat(simulation.residentBytes(first.range())).isEqualTo(2 * PART);
      assertThat(simulation.residentBytes(second.range())).isZero();
    }
  }

  @Test
  void nobodyLooksAtLaunches() {
    try (Spillway spillway = open();
        Allocation data = filled(spillway, 8)) {
      assertThat(data.managed()).isTrue();
      assertThat(spillway.interception().listening()).isFalse();
    }
  }
}
