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
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a launch reads holds something, though no launch has used it: the host filled it. */
final class FirstReadTest {

  private static final long LAYER = 128 * ByteSize.MIB;
  private static final int ROOM = 4;

  /** In no order that leads on to another. */
  private static final List<Integer> LATER = List.of(9, 6, 11, 5, 8, 4, 10, 7);

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());

  @AfterEach
  void close() {
    simulation.close();
  }

  /** All that has room is used; then others are, once. Returns what was read in place. */
  private long readLater(int passes, boolean said) {
    try (Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(simulation)
                    .deviceBudget(Long.toString(ROOM * LAYER))
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                    .plugins(List.of(new Auto()))
                    .background(simulation.hostThread("mover"))
                    .build());
        Allocation layers =
            spillway.allocate((ROOM + LATER.size()) * LAYER, Placement.MANAGED, "layers")) {
      simulation.hostTouch(layers.range(), TouchKind.WRITE);
      for (int i = 0; i < 3 * ROOM; i++) {
        launch(spillway, layers, i % ROOM, passes, said);
      }
      for (int layer : LATER) {
        launch(spillway, layers, layer, passes, said);
      }
      return simulation.counters().zeroCopyBytes();
    }
  }

  private void launch(Spillway spillway, Allocation layers, int layer, int passes, boolean said) {
    AddressRange range = layers.range().slice(layer * LAYER, LAYER);
    try (var scope = spillway.launch("layer", layer)) {
      if (said) {
        scope.reads(layers, layer * LAYER, LAYER);
      } else {
        scope.updates(layers, layer * LAYER, LAYER);
      }
      simulation.launch(
          SimulatedKernel.of("layer", new Access(range, TouchKind.READ, passes, 1)),
          StreamHandle.DEFAULT);
    }
    simulation.synchronize(StreamHandle.DEFAULT);
  }

  @Test
  void isReadInPlaceWhereOthersWouldHaveToBeWrittenBackForIt() {
    assertThat(readLater(1, true)).isGreaterThan(LATER.size() / 2 * LAYER);
  }

  /** Then it never is more than the one piece that is tried, a quarter of a layer. */
  @Test
  void isOnlyTriedWhereItTurnsOutToBeGoneOverAgainAndAgain() {
    int passes = 20;
    assertThat(readLater(passes, true)).isBetween(1L, LATER.size() * passes * LAYER / 4);
  }

  @Test
  void isNotIfItIsWrittenAsWell() {
    assertThat(readLater(1, false)).isZero();
  }
}
