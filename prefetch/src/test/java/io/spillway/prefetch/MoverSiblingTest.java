package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.Advice;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** By whose calls the engine moves data. */
final class MoverSiblingTest {

  private static final long LAYER = 2 * Blocks.BYTES;
  private static final int LAYERS = 12;
  private static final int LAPS = 8;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);

  @AfterEach
  void nothingIsLeft() {
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
  }

  /** Counts the calls that move by the program's own driver, and not those of its sibling. */
  private static final class OwnCalls extends ForwardingDriver {
    private final AtomicInteger moves = new AtomicInteger();

    OwnCalls(UnifiedMemoryDriver upstream) {
      super(upstream);
    }

    @Override
    public void prefetch(AddressRange range, Location target, StreamHandle stream) {
      moves.incrementAndGet();
      super.prefetch(range, target, stream);
    }

    @Override
    public void advise(AddressRange range, Advice advice, Location location) {
      moves.incrementAndGet();
      super.advise(range, advice, location);
    }

    @Override
    public UnifiedMemoryDriver openSibling() {
      return SiblingDriver.of(upstream());
    }
  }

  /** Reads all layers again and again under a budget of two thirds; returns the bytes fetched. */
  private long run(UnifiedMemoryDriver by) {
    SpillwayConfig config =
        SpillwayConfig.builder()
            .driver(by)
            .deviceBudget(Long.toString(LAYERS * LAYER / 3 * 2))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(LAYERS * LAYER * 2))
            .plugins(List.of(new Auto()))
            .background(simulation.hostThread("mover"))
            .build();
    try (Spillway spillway = Spillway.open(config);
        Allocation weights = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "weights")) {
      simulation.hostTouch(weights.range(), TouchKind.WRITE);
      for (int i = 0; i < LAPS * LAYERS; i++) {
        AddressRange layer = weights.range().slice(i % LAYERS * LAYER, LAYER);
        try (var scope = spillway.launch("layer", i % LAYERS)) {
          scope.reads(weights, i % LAYERS * LAYER, LAYER);
          simulation.launch(
              SimulatedKernel.of("layer", new Access(layer, TouchKind.READ, 1, 1)),
              StreamHandle.DEFAULT);
        }
      }
      simulation.synchronize(StreamHandle.DEFAULT);
      return spillway.statistics().fetchedBytes();
    }
  }

  @Test
  void theProgramsOwnDriverIsNotCalledToMove() {
    OwnCalls own = new OwnCalls(driver);

    assertThat(run(own)).isGreaterThan(LAYERS * LAYER);

    assertThat(own.moves).hasValue(0);
    assertThat(driver.calls("prefetch")).isPositive();
  }

  @Test
  void whereThereIsNoRoomForASiblingItMovesByTheProgramsOwn() {
    driver.fail("openSibling", 1, CudaStatus.OUT_OF_MEMORY);

    assertThat(run(driver)).isGreaterThan(LAYERS * LAYER);
  }
}
