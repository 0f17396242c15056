package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.Location;
import io.spillway.driver.OwnContexts;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.prefetch.move.Mover;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The budget shrinks, and for a while the driver lets nothing go. */
@Timeout(60) // seconds
final class RefusedShrinkTest {

  private static final long LAYER = 64 * ByteSize.MIB;
  private static final int LAYERS = 8;
  private static final int FEWER = 3;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  /** How often it still lets nothing go. */
  private final AtomicInteger refusals = new AtomicInteger();

  private final CountDownLatch kept = new CountDownLatch(1);

  private Allocation data;

  @AfterEach
  void close() {
    thread.close();
    simulation.close();
  }

  private boolean budgetIsKept() {
    return simulation.residentBytes(data.range()) <= FEWER * LAYER;
  }

  private OwnContexts refusing(boolean realThreads) {
    return realThreads
        ? OwnContexts.withRealThreads(simulation, this::refuse)
        : OwnContexts.of(simulation, this::refuse);
  }

  private void refuse(AddressRange range, Location target, Runnable move) {
    boolean leaves = target.equals(Location.HOST);
    if (leaves && refusals.getAndDecrement() > 0) {
      throw OwnContexts.refusal(range);
    }
    move.run();
    if (leaves && budgetIsKept()) {
      kept.countDown();
    }
  }

  private Spillway open(boolean lanes, boolean realThreads) {
    OwnContexts driver = refusing(realThreads);
    driver.allow(lanes ? Integer.MAX_VALUE : Mover.LANES);
    Spillway spillway =
        Spillway.open(
            SpillwayConfig.builder()
                .driver(driver)
                .deviceBudget(Long.toString(LAYERS * LAYER))
                .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                .plugins(List.of(new Auto(new MoveSizing(LAYER, 2))))
                .background(realThreads ? thread : simulation.hostThread("mover"))
                .build());
    data = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "data");
    simulation.hostTouch(data.range(), TouchKind.WRITE);
    for (int layer = 0; layer < LAYERS; layer++) {
      update(spillway, layer);
    }
    assertThat(simulation.residentBytes(data.range())).isEqualTo(LAYERS * LAYER);
    return spillway;
  }

  private void update(Spillway spillway, int layer) {
    AddressRange range = data.range().slice(layer * LAYER, LAYER);
    try (var scope = spillway.launch("layer", layer).updates(data, layer * LAYER, LAYER)) {
      assertThat(scope).isNotNull();
      simulation.launch(
          SimulatedKernel.of("layer", new Access(range, TouchKind.READ_WRITE, 1, 1)),
          StreamHandle.DEFAULT);
    }
    simulation.synchronize(StreamHandle.DEFAULT);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void withoutLaunchesItIsKeptSoonAfterTheDriverGivesWay(boolean lanes)
      throws InterruptedException {
    try (Spillway spillway = open(lanes, true);
        Allocation all = data) {
      refusals.set(5 * LAYERS); // more than once each

      spillway.resizeBudget(DeviceBudget.ofBytes(FEWER * LAYER));

      assertThat(kept.await(30, TimeUnit.SECONDS)).isTrue();
      assertThat(all.label()).isEqualTo("data");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void otherwiseWithTheNextLaunches(boolean lanes) {
    try (Spillway spillway = open(lanes, false);
        Allocation all = data) {
      refusals.set(Integer.MAX_VALUE);
      spillway.resizeBudget(DeviceBudget.ofBytes(FEWER * LAYER));
      update(spillway, 0);
      assertThat(simulation.residentBytes(all.range())).isEqualTo(LAYERS * LAYER);

      refusals.set(0);
      for (int launch = 1; launch < 8; launch++) {
        update(spillway, 0);
        simulation.hostWork(10_000_000);
      }

      assertThat(budgetIsKept()).isTrue();
    }
  }
}
