package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.allocate.Placement;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.TouchKind;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Laps whose launches compute long enough to hide what they access in place, if it is spread. */
final class StripedLapsTest extends EngineFixture {

  private static final int COUNT = 24;

  /**
   * Less than a layer takes over the link, 2.6 ms, more than three eighths of it both ways, 1.2.
   */
  private static final long COMPUTE_NANOS = 2_000_000;

  private void forward(Spillway spillway, Allocation activations) {
    for (int layer = 0; layer + 1 < COUNT; layer++) {
      computing(
          spillway,
          "forward",
          COMPUTE_NANOS,
          new Touch(activations, layer * LAYER, TouchKind.READ),
          new Touch(activations, (layer + 1) * LAYER, TouchKind.WRITE));
    }
  }

  /** Whole layers in place would have some launches wait for all they touch, others for nothing. */
  @Test
  void whatIsInPlaceHidesBehindLaunchesThatCompute() {
    try (Spillway spillway = open(COUNT * LAYER * 5 / 8);
        Allocation activations = spillway.allocate(COUNT * LAYER, Placement.MANAGED, "a")) {
      for (int lap = 0; lap < 12; lap++) {
        forward(spillway, activations);
      }
      SimulationCounters before = simulation.counters();

      double lap = seconds(() -> forward(spillway, activations));

      SimulationCounters after = simulation.counters();
      assertThat(partlyThere(activations)).isGreaterThan(COUNT / 2);
      assertThat(lap).isLessThan(1.05 * COMPUTE_NANOS * 1e-9 * (COUNT - 1));
      assertThat(after.zeroCopyBytes() - before.zeroCopyBytes())
          .isGreaterThanOrEqualTo(2 * (COUNT - 2) * LAYER * 3 / 8);
      assertThat(after.prefetchBytesIn() - before.prefetchBytesIn()).isZero();
      assertThat(after.prefetchBytesOut() - before.prefetchBytesOut()).isZero();
      assertThat(after.faults()).isEqualTo(before.faults());
    }
  }

  private long partlyThere(Allocation activations) {
    return IntStream.range(0, COUNT)
        .mapToLong(layer -> simulation.residentBytes(Touch.read(activations, layer).range()))
        .filter(bytes -> bytes > 0 && bytes < LAYER)
        .count();
  }

  /** Where launches compute nothing, there is nothing to hide behind. */
  @Test
  void launchesThatOnlyReadAreNotSlowerForIt() {
    try (Spillway spillway = open(COUNT * LAYER / 2);
        Allocation weights = weights(spillway, COUNT).readMostly()) {
      for (int lap = 0; lap < 40; lap++) {
        readAll(spillway, weights, COUNT, 1);
      }
      SimulationCounters before = simulation.counters();

      double lap = seconds(() -> readAll(spillway, weights, COUNT, 1));

      long crossed = simulation.counters().zeroCopyBytes() - before.zeroCopyBytes();
      assertThat(crossed).isBetween(COUNT * LAYER / 2, COUNT * LAYER / 2 + 2 * LAYER);
      assertThat(lap).isLessThan(1.05 * crossed / 51.2e9);
    }
  }
}
