package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.Allocation;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.DeviceShares;
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
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Several sessions with engines in one process: each keeps its own books and its own budget. */
final class TenantsTest {

  private static final long LAYER = 64 * ByteSize.MIB;
  private static final int LAYERS = 32;
  private static final long BYTES = LAYERS * LAYER;

  /** Launches that the program makes before it waits for them. */
  private static final int AHEAD = 4;

  /** Launches long enough that a second has a few laps. */
  private static final int READS = 200;

  private static final long SECOND = 1_000_000_000;

  private final List<Device> devices = new ArrayList<>();

  /** A simulated device, and the programs on it. */
  private static final class Device implements AutoCloseable {
    private final SimulatedDriver simulation;
    private final FaultInjectingDriver driver;

    Device(int ordinal) {
      simulation = SimulatedDriver.builder(GpuModel.h200()).ordinal(ordinal).open();
      driver = new FaultInjectingDriver(simulation);
    }

    long now() {
      return simulation.clock().nanoTime();
    }

    @Override
    public void close() {
      assertThat(driver.leaks()).isEmpty();
      simulation.close();
    }
  }

  /** A session with an engine, and its data. */
  private static final class Tenant implements AutoCloseable {
    private final Device device;
    private final Spillway spillway;
    private final Allocation weights;
    private final TouchKind kind;
    private int next;
    private long mostResidentBytes;

    Tenant(Device device, String name, SpillwayConfig.Builder config, TouchKind kind) {
      this.device = device;
      this.kind = kind;
      spillway =
          Spillway.open(
              config
                  .driver(device.driver)
                  .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                  .background(device.simulation.hostThread("mover of " + name))
                  .build());
      weights = spillway.allocate(BYTES, Placement.MANAGED, name);
      device.simulation.hostTouch(weights.range(), TouchKind.WRITE);
      if (kind == TouchKind.READ) {
        weights.readMostly();
      }
    }

    AddressRange layer(int layer) {
      return weights.range().slice(layer * LAYER, LAYER);
    }

    void launch() {
      int layer = next++ % LAYERS;
      try (var scope = spillway.launch("layer", layer)) {
        if (kind == TouchKind.READ) {
          scope.reads(weights, layer * LAYER, LAYER);
        } else {
          scope.updates(weights, layer * LAYER, LAYER);
        }
        device.simulation.launch(
            SimulatedKernel.of("layer", new Access(layer(layer), kind, READS, 1)),
            StreamHandle.DEFAULT);
      }
      mostResidentBytes = Math.max(mostResidentBytes, residentBytes());
    }

    void lap() {
      for (int i = 0; i < LAYERS; i++) {
        launch();
      }
    }

    long residentBytes() {
      return device.simulation.residentBytes(weights.range());
    }

    @Override
    public void close() {
      weights.close();
      spillway.close();
    }
  }

  private Device device(int ordinal) {
    Device device = new Device(ordinal);
    devices.add(device);
    return device;
  }

  @AfterEach
  void nothingIsLeft() {
    devices.forEach(Device::close);
  }

  private static SpillwayConfig.Builder config(long budgetBytes, DeviceShares shares) {
    return SpillwayConfig.builder()
        .plugins(List.of(new Auto()))
        .deviceBudget(DeviceBudget.ofBytes(budgetBytes))
        .deviceShares(shares);
  }

  @Test
  void twoSessionsOnOneDeviceKeepSeparateBooksWithinOneTotal() {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofBytes(BYTES));
    Device device = device(0);
    try (Tenant one = new Tenant(device, "one", config(BYTES / 2, shares), TouchKind.READ);
        Tenant other = new Tenant(device, "other", config(BYTES / 4, shares), TouchKind.READ)) {
      for (int i = 0; i < 4 * LAYERS; i++) {
        one.launch();
        other.launch();
        assertThat(one.residentBytes() + other.residentBytes()).isLessThanOrEqualTo(BYTES);
      }
      assertThat(one.mostResidentBytes).isEqualTo(BYTES / 2);
      assertThat(other.mostResidentBytes).isEqualTo(BYTES / 4);
      long fetchedByOne = one.spillway.statistics().fetchedBytes();
      long residentOfOne = one.residentBytes();

      other.lap();

      assertThat(one.spillway.statistics().fetchedBytes()).isEqualTo(fetchedByOne);
      assertThat(one.residentBytes()).isEqualTo(residentOfOne);
      assertThat(other.spillway.statistics().fetchedBytes()).isGreaterThan(BYTES);
    }
  }

  /** A launch of one session that touches the other's data is in no book of the first. */
  @Test
  void whatIsAnothersIsNotMoved() {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofBytes(BYTES));
    Device device = device(0);
    try (Tenant one = new Tenant(device, "one", config(BYTES / 2, shares), TouchKind.READ);
        Tenant other = new Tenant(device, "other", config(BYTES / 4, shares), TouchKind.READ)) {
      one.lap();
      long fetched = one.spillway.statistics().fetchedBytes();
      for (int i = 0; i < LAYERS; i++) {
        try (var scope = one.spillway.launch("foreign", i)) {
          scope.reads(other.weights, i * LAYER, LAYER);
        }
      }
      assertThat(one.spillway.statistics().fetchedBytes()).isEqualTo(fetched);
      assertThat(other.residentBytes()).isZero();
    }
  }

  @Test
  void aSessionThatEndsLeavesTheOtherAloneAndItsBudgetToOthers() {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofBytes(BYTES));
    Device device = device(0);
    try (Tenant stays = new Tenant(device, "stays", config(BYTES / 2, shares), TouchKind.READ)) {
      try (Tenant ends = new Tenant(device, "ends", config(BYTES / 2, shares), TouchKind.READ)) {
        stays.lap();
        ends.lap();
        assertThatThrownBy(
                () -> new Tenant(device, "third", config(BYTES / 2, shares), TouchKind.READ))
            .isInstanceOf(IllegalArgumentException.class)
            .hasMessage(
                "device budget of 1 GiB (1 GiB): sessions on device 0 share 2 GiB, of which others"
                    + " have 2 GiB; make theirs smaller first, with Spillway.resizeBudget");
      }
      long before = stays.residentBytes();
      assertThat(before).isPositive();
      try (Tenant next = new Tenant(device, "next", config(BYTES / 2, shares), TouchKind.READ)) {
        next.lap();
        next.lap();
        assertThat(next.mostResidentBytes).isEqualTo(BYTES / 2);
        assertThat(stays.residentBytes()).isEqualTo(before);
      }
    }
    assertThat(shares.takenBytes(0)).isZero();
  }

  @Test
  void twoDevicesHaveBooksAndTotalsOfTheirOwn() {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofBytes(BYTES));
    try (Tenant first =
            new Tenant(device(0), "first", config(3 * BYTES / 4, shares), TouchKind.READ);
        Tenant second =
            new Tenant(device(1), "second", config(BYTES / 2, shares), TouchKind.READ)) {
      for (int i = 0; i < 4 * LAYERS; i++) {
        first.launch();
        second.launch();
      }
      assertThat(first.mostResidentBytes).isEqualTo(3 * BYTES / 4);
      assertThat(second.mostResidentBytes).isEqualTo(BYTES / 2);
      assertThat(shares.takenBytes(0)).isEqualTo(3 * BYTES / 4);
      assertThat(shares.takenBytes(1)).isEqualTo(BYTES / 2);
      first.spillway.resizeBudget(DeviceBudget.ofBytes(BYTES / 4));
      long before = second.residentBytes();
      first.lap();
      assertThat(first.residentBytes()).isLessThanOrEqualTo(BYTES / 4);
      assertThat(second.residentBytes()).isEqualTo(before);
    }
  }

  /** Launches on, and says when there was no more on the device than the new budget. */
  private static long nanosUntilWithin(Tenant tenant, long budgetBytes) {
    long start = tenant.device.now();
    tenant.spillway.resizeBudget(DeviceBudget.ofBytes(budgetBytes));
    Optional<Long> within = Optional.empty();
    while (tenant.device.now() - start < SECOND) {
      if (tenant.residentBytes() > budgetBytes) {
        within = Optional.empty();
      } else if (within.isEmpty()) {
        within = Optional.of(tenant.device.now() - start);
      }
      for (int i = 0; i < AHEAD; i++) {
        tenant.launch();
      }
      tenant.device.simulation.synchronize(StreamHandle.DEFAULT);
    }
    return within.orElse(Long.MAX_VALUE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"READ", "READ_WRITE"})
  void aSmallerBudgetIsKeptWithinASecondWhileLaunchesGoOn(String kind) {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofBytes(BYTES));
    Device device = device(0);
    TouchKind touches = TouchKind.valueOf(kind);
    try (Tenant one = new Tenant(device, "one", config(BYTES / 2, shares), touches);
        Tenant other = new Tenant(device, "other", config(BYTES / 2, shares), touches)) {
      for (int lap = 0; lap < 3; lap++) {
        one.lap();
        other.lap();
      }
      long others = other.residentBytes();

      assertThat(nanosUntilWithin(one, BYTES / 8)).isLessThan(SECOND);

      assertThat(other.residentBytes()).isEqualTo(others);
      other.spillway.resizeBudget(DeviceBudget.ofBytes(BYTES - BYTES / 8));
      other.mostResidentBytes = 0;
      other.lap();
      other.lap();
      assertThat(other.mostResidentBytes).isGreaterThan(others);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"advise", "prefetch"})
  void aSmallerBudgetIsKeptThoughTheDriverRefusesNowAndThen(String call) {
    DeviceShares shares = DeviceShares.of(DeviceBudget.ofBytes(BYTES));
    Device device = device(0);
    try (Tenant tenant = new Tenant(device, "tenant", config(BYTES / 2, shares), TouchKind.READ)) {
      for (int lap = 0; lap < 3; lap++) {
        tenant.lap();
      }
      for (long nth : List.of(1L, 2L, 5L)) {
        device.driver.fail(call, nth, CudaStatus.NOT_SUPPORTED);
      }
      assertThat(nanosUntilWithin(tenant, BYTES / 8)).isLessThan(SECOND);
    }
  }

  @Test
  void anEngineThatWaitedForItsLapKeepsASmallerBudgetAsWell() {
    Device device = device(0);
    SessionPlugin onLap = new OnLap();
    SpillwayConfig.Builder config =
        SpillwayConfig.builder()
            .plugins(List.of(onLap))
            .deviceBudget(DeviceBudget.ofBytes(BYTES / 2));
    try (Tenant tenant = new Tenant(device, "tenant", config, TouchKind.READ)) {
      for (int lap = 0; lap < 4; lap++) {
        tenant.lap();
      }
      assertThat(nanosUntilWithin(tenant, BYTES / 8)).isLessThan(SECOND);
    }
  }
}
