package io.spillway.prefetch;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import java.util.function.BooleanSupplier;

/**
 * Launches one kernel over each layer of an allocation, lap after lap, and waits for each.
 *
 * @param kind what a launch does with its layer, declared as that
 * @param passes how often it goes over it
 */
record CyclicProgram(SimulatedDriver simulation, TouchKind kind, int passes) {

  /** Goes round; returns the state of {@link Auto} at the end. */
  String run(Spillway spillway, Allocation allocation, long layerBytes, int laps) {
    return run(spillway, allocation, layerBytes, laps, () -> true);
  }

  /** The same, and goes on until something has happened, or it is interrupted. */
  String run(
      Spillway spillway,
      Allocation allocation,
      long layerBytes,
      int laps,
      BooleanSupplier happened) {
    int layers = Math.toIntExact(allocation.range().bytes() / layerBytes);
    for (int i = 0;
        i < laps * layers || !(happened.getAsBoolean() || Thread.currentThread().isInterrupted());
        i++) {
      long offset = i % layers * layerBytes;
      AddressRange layer = allocation.range().slice(offset, layerBytes);
      try (var scope = spillway.launch("layer", i % layers)) {
        if (kind.writes()) {
          scope.updates(allocation, offset, layerBytes);
        } else {
          scope.reads(allocation, offset, layerBytes);
        }
        simulation.launch(
            SimulatedKernel.of("layer", new Access(layer, kind, passes, 1)), StreamHandle.DEFAULT);
      }
      simulation.synchronize(StreamHandle.DEFAULT);
    }
    return String.valueOf(spillway.statistics().plugins().get("auto"));
  }
}
