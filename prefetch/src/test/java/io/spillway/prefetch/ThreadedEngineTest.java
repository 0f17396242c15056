package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Interception;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.HostThread;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * The engine with a background thread that is one: what it does is interleaved with launches as the
 * machine pleases, and still has to keep the link busy. Its time is the simulator's.
 */
final class ThreadedEngineTest {

  private static final long LAYER = 256 * ByteSize.MIB;
  private static final int LAYERS = 24;
  private static final int READS = 20;
  private static final long BUDGET = LAYERS * LAYER / 3;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final HostThread mover = simulation.hostThread("mover");
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private int launches;

  @AfterEach
  void close() {
    thread.close();
    simulation.close();
  }

  private void laps(Interception session, List<Allocation> layers, int laps) {
    for (int i = 0; i < laps * LAYERS; i++) {
      launch(session, layers.get(i % LAYERS).range(), READS);
    }
    simulation.synchronize(StreamHandle.DEFAULT);
  }

  private void launch(Interception session, AddressRange range, int reads) {
    Launch launch = session.launch("layer", launches++, StreamHandle.DEFAULT);
    session.declare(launch, List.of(new RangeAccess(range, AccessKind.READ)), true);
    simulation.launch(SimulatedKernel.of("layer", Access.read(range, reads)), StreamHandle.DEFAULT);
    session.issued(launch);
  }

  private Spillway open() {
    return open(new Auto());
  }

  private Spillway open(SessionPlugin plugin) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(simulation)
            .deviceBudget(Long.toString(BUDGET))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(plugin))
            .background(task -> thread.execute(() -> mover.execute(task)))
            .build());
  }

  private List<Allocation> layers(Spillway spillway) {
    List<Allocation> layers = new ArrayList<>();
    for (int i = 0; i < LAYERS; i++) {
      Allocation layer = spillway.allocate(LAYER, Placement.MANAGED, "layer " + i);
      simulation.hostTouch(layer.range(), TouchKind.WRITE);
      layers.add(layer);
    }
    return layers;
  }

  /**
   * In no order that could be foreseen, so that what is about to leave is often about to be used:
   * either the launch waits, or it stays.
   */
  @Test
  void noLaunchFaultsOnWhatLeavesWhileItIsIssued() {
    Random random = new Random(7);
    try (Spillway spillway = open()) {
      List<Allocation> layers = layers(spillway);
      for (int i = 0; i < 3000; i++) {
        launch(spillway.interception(), layers.get(random.nextInt(LAYERS)).range(), 1);
      }
      simulation.synchronize(StreamHandle.DEFAULT);

      assertThat(simulation.counters().faults()).isZero();
      layers.forEach(Allocation::close);
    }
  }

  @Test
  void theLinkIsKeptBusyHoweverThreadsInterleave() {
    try (Spillway spillway = open()) {
      List<Allocation> layers = layers(spillway);
      laps(spillway.interception(), layers, 5);
      long before = simulation.counters().bytesIn();
      long start = simulation.clock().nanoTime();

      int laps = 10;
      laps(spillway.interception(), layers, laps);

      double lap = (simulation.clock().nanoTime() - start) * 1e-9 / laps;
      long in = (simulation.counters().bytesIn() - before) / laps;
      GpuModel model = GpuModel.h200();
      double kernels =
          LAYERS
              * READS
              * (LAYER / (model.deviceReadGBps() * 1e9) + model.kernelPassNanos() * 1e-9);
      double least =
          in / (model.prefetchLinkGBps() * 1e9)
              + kernels * (1 - model.prefetchOverlapGBps() / model.prefetchLinkGBps());
      assertThat(in).isBetween(LAYERS * LAYER - BUDGET, LAYERS * LAYER - BUDGET + 2 * LAYER);
      assertThat(simulation.counters().faults()).isZero();
      // A mover that waits for a launch that still runs, where another is done, gets 0.8; this one
      // got 0.955 to 0.967 in 30 runs beside two busy loops on two cores.
      assertThat(least / lap).isGreaterThan(0.92);
      assertThat(spillway.statistics().plugins().get("auto")).startsWith("on, FULL");
      layers.forEach(Allocation::close);
    }
  }

  @Test
  void anEngineOpenedBesideLaunchesTakesThemOver() {
    try (Spillway spillway = open(new OnLap())) {
      List<Allocation> layers = layers(spillway);
      int most = 10_000; // launches do not wait for who opens it, or hears what it takes over
      while (!spillway.statistics().plugins().get("on-lap").contains(", on, ") && most-- > 0) {
        laps(spillway.interception(), layers, 1);
      }
      laps(spillway.interception(), layers, 5);
      long before = simulation.counters().faults();

      laps(spillway.interception(), layers, 5);

      assertThat(simulation.counters().faults()).isEqualTo(before);
      assertThat(spillway.statistics().plugins().get("on-lap"))
          .startsWith("since a lap of 24 launches, on, FULL");
      layers.forEach(Allocation::close);
    }
  }
}
