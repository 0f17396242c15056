package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.Location;
import io.spillway.driver.OwnContexts;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Write-backs that the driver refuses now and then, by lanes whose threads are the simulator's. */
final class RefusedWriteBackTest {

  private static final long LAYER = 64 * ByteSize.MIB;
  private static final int LAYERS = 12;
  private static final int ROOM = 6;

  /** By then a lap is followed, and lanes write back. */
  private static final int FIRST_REFUSED = 20;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());

  @AfterEach
  void close() {
    simulation.close();
  }

  /** Refuses some calls that write back. */
  private static final class Refusing implements OwnContexts.Moves {
    private final int every;
    private int sent;
    private int refused;

    Refusing(int every) {
      this.every = every;
    }

    @Override
    public void prefetch(AddressRange range, Location target, Runnable move) {
      if (target.equals(Location.HOST) && ++sent > FIRST_REFUSED && sent % every == 0) {
        refused++;
        throw OwnContexts.refusal(range);
      }
      move.run();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 7})
  void keepNoLaunchWaiting(int every) {
    Refusing moves = new Refusing(every);
    try (Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(OwnContexts.of(simulation, moves))
                    .deviceBudget(Long.toString(ROOM * LAYER))
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                    .plugins(List.of(new Auto(new MoveSizing(LAYER, 2))))
                    .background(simulation.hostThread("mover"))
                    .build());
        Allocation layers = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "layers")) {
      simulation.hostTouch(layers.range(), TouchKind.WRITE);

      String state =
          new CyclicProgram(simulation, TouchKind.READ_WRITE, 20).run(spillway, layers, LAYER, 20);

      assertThat(moves.refused).isPositive();
      assertThat(state).contains("waited in vain 0").doesNotContain("paused");
    }
  }
}
