package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;

/**
 * The engine on the simulated driver, and a program of layers that it moves; after each test,
 * nothing is left.
 */
abstract class EngineFixture {

  static final long LAYER = 128 * ByteSize.MIB;
  static final int LAYERS = 48;
  static final int READS = 20;

  final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
  long mostResidentBytes;

  @AfterEach
  void nothingIsLeft() {
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
  }

  Spillway open(long budgetBytes, SessionPlugin plugin, Executor background) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(driver)
            .deviceBudget(Long.toString(budgetBytes))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(plugin))
            .background(background)
            .build());
  }

  Spillway open(long budgetBytes) {
    return open(budgetBytes, new Auto(), simulation.hostThread("mover"));
  }

  Allocation weights(Spillway spillway, int layers) {
    Allocation weights = spillway.allocate(layers * LAYER, Placement.MANAGED, "weights");
    simulation.hostTouch(weights.range(), TouchKind.WRITE);
    return weights;
  }

  /** Launches one kernel over the parts of some allocations that begin at {@code offset}. */
  void launch(Spillway spillway, String label, int reads, Touch... touches) {
    launch(spillway, label, reads, 0, touches);
  }

  /** Launches one that computes for so long beside going over them once. */
  void computing(Spillway spillway, String label, long computeNanos, Touch... touches) {
    launch(spillway, label, 1, computeNanos, touches);
  }

  private void launch(
      Spillway spillway, String label, int reads, long computeNanos, Touch... touches) {
    List<Access> accesses = new ArrayList<>();
    try (var scope = spillway.launch(label, 0)) {
      for (Touch touch : touches) {
        switch (touch.kind) {
          case READ -> scope.reads(touch.of, touch.offset, LAYER);
          case WRITE -> scope.writes(touch.of, touch.offset, LAYER);
          default -> scope.updates(touch.of, touch.offset, LAYER);
        }
        accesses.add(new Access(touch.range(), touch.kind, reads, 1));
      }
      simulation.launch(
          SimulatedKernel.of(label, accesses.toArray(Access[]::new)).withComputeNanos(computeNanos),
          StreamHandle.DEFAULT);
    }
    for (Touch touch : touches) {
      mostResidentBytes = Math.max(mostResidentBytes, simulation.residentBytes(touch.of.range()));
    }
  }

  record Touch(Allocation of, long offset, TouchKind kind) {
    AddressRange range() {
      return of.range().slice(offset, LAYER);
    }

    static Touch read(Allocation of, int layer) {
      return new Touch(of, layer * LAYER, TouchKind.READ);
    }
  }

  double seconds(Runnable work) {
    simulation.synchronize(StreamHandle.DEFAULT);
    long start = simulation.clock().nanoTime();
    work.run();
    simulation.synchronize(StreamHandle.DEFAULT);
    return (simulation.clock().nanoTime() - start) * 1e-9;
  }

  void pass(Spillway spillway, Allocation weights, int layers) {
    for (int layer = 0; layer < layers; layer++) {
      launch(spillway, "layer", READS, Touch.read(weights, layer));
    }
  }

  /**
   * What the driver's moves take at least for bytes that come in and are dropped again, at their
   * measured rates: the link of a prefetch, slower while kernels run, and the drops, which hold the
   * moves up.
   */
  static double leastSeconds(long bytesIn, double kernelSeconds) {
    GpuModel model = GpuModel.h200();
    double link = bytesIn / (model.prefetchLinkGBps() * 1e9);
    double slowed =
        Math.min(kernelSeconds, link)
            * (1 - model.prefetchOverlapGBps() / model.prefetchLinkGBps());
    double drops = 2e-9 * model.adviseBlockNanos() * bytesIn / Blocks.BYTES;
    return Math.max(kernelSeconds, link + slowed + drops);
  }

  /** The first layer that is read-mostly by now: what stays does not become so. */
  AddressRange foundToBeOnlyRead(Allocation weights) {
    return IntStream.range(0, LAYERS)
        .mapToObj(layer -> weights.range().slice(layer * LAYER, LAYER))
        .filter(layer -> simulation.attributes(layer).readMostly())
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing was found to be only read"));
  }

  /** Forward and backward each miss what did not fit beside what they turned around at. */
  static long missedInAStep(int layers, long budgetBytes) {
    return 2 * (2 * layers * LAYER - budgetBytes);
  }

  /**
   * What it takes at least that so many bytes go to the host and come back: both directions share
   * the driver's lock, and the way out is slower than the link.
   */
  static double goneAndComeSeconds(long bytes) {
    GpuModel model = GpuModel.h200();
    return bytes / (model.prefetchLinkGBps() * 1e9)
        + bytes / Blocks.BYTES * model.toHostDeferredBlockNanos() * 1e-9;
  }

  void readAll(Spillway spillway, Allocation weights, int layers, int reads) {
    for (int layer = 0; layer < layers; layer++) {
      launch(spillway, "layer", reads, Touch.read(weights, layer));
    }
  }

  void trainingStep(
      Spillway spillway, Allocation weights, Allocation activations, int layers, int reads) {
    for (int i = 0; i < layers; i++) {
      launch(
          spillway,
          "forward",
          reads,
          Touch.read(weights, i),
          new Touch(activations, i * LAYER, TouchKind.WRITE));
    }
    for (int i = layers - 1; i >= 0; i--) {
      launch(
          spillway,
          "backward",
          reads,
          Touch.read(activations, i),
          new Touch(weights, i * LAYER, TouchKind.READ_WRITE));
    }
  }

  static String state(Spillway spillway) {
    return String.valueOf(spillway.statistics().plugins().get("auto"));
  }
}
