package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.allocate.Placement;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.Blocks;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Laps of which the engine leaves a part on the host, and laps of which it had better not. */
final class InPlaceLapsTest extends EngineFixture {

  @ParameterizedTest
  @ValueSource(doubles = {1.5, 2, 3})
  void whatIsGoneOverOnceAndWouldBeWrittenBackIsAccessedOnTheHost(double ratio) {
    int layers = 24;
    long budget = Blocks.floor((long) (2 * layers * LAYER / ratio));
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers);
        Allocation activations = weights(spillway, layers)) {
      for (int step = 0; step < 14; step++) {
        trainingStep(spillway, weights, activations, layers, 1);
      }
      SimulationCounters before = simulation.counters();

      double step = seconds(() -> trainingStep(spillway, weights, activations, layers, 1));

      SimulationCounters after = simulation.counters();
      double goneAndCome = goneAndComeSeconds(missedInAStep(layers, budget));
      assertThat(step).isLessThan(0.5 * goneAndCome);
      assertThat(after.zeroCopyBytes() - before.zeroCopyBytes()).isPositive();
      assertThat(after.prefetchBytesOut() - before.prefetchBytesOut()).isZero();
      assertThat(after.faults()).isEqualTo(before.faults());
      assertThat(mostResidentBytes).isLessThanOrEqualTo(budget);
    }
  }

  /** What can be dropped is fetched until that has cost as much more as telling the driver does. */
  @Test
  void whatIsOnlyReadAndOnceALapIsReadInPlaceWhereLapsWaitForTheLink() {
    int layers = 24;
    long budget = layers * LAYER / 2;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers).readMostly()) {
      for (int lap = 0; lap < 5; lap++) {
        readAll(spillway, weights, layers, 1);
      }
      double fetched = seconds(() -> readAll(spillway, weights, layers, 1));
      for (int lap = 0; lap < 30; lap++) {
        readAll(spillway, weights, layers, 1);
      }
      readsInPlace(spillway, weights, layers, budget, 0.9 * fetched);
    }
  }

  /** What would have to be copied to the host first is left there at once. */
  @Test
  void whatTurnsOutToBeOnlyReadAndOnceALapIsReadInPlaceFromTheFourthLapOn() {
    int layers = 24;
    long budget = layers * LAYER / 2;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers)) {
      for (int lap = 0; lap < 3; lap++) {
        readAll(spillway, weights, layers, 1);
      }
      double fetching = leastSeconds(layers * LAYER - budget, 0);
      readsInPlace(spillway, weights, layers, budget, fetching);

      double written =
          seconds(
              () -> {
                for (int layer = 0; layer < layers; layer++) {
                  launch(
                      spillway, "rewrite", 1, new Touch(weights, layer * LAYER, TouchKind.WRITE));
                }
              });
      assertThat(written).as("nothing is duplicated that is in place").isLessThan(4 * fetching);
    }
  }

  /** Filled by launches, so that it is there, has to be written back, and is tried in place. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, READS})
  void whatWasTriedInPlaceAndMovesAfterAllLeavesFreeFromThenOn(int reads) {
    int layers = 24;
    try (Spillway spillway = open(layers * LAYER / 3);
        Allocation weights = spillway.allocate(layers * LAYER, Placement.MANAGED, "weights")) {
      for (int layer = 0; layer < layers; layer++) {
        launch(spillway, "fill", 1, new Touch(weights, layer * LAYER, TouchKind.WRITE));
      }
      for (int lap = 0; lap < 6; lap++) {
        readAll(spillway, weights, layers, reads);
      }
      long before = simulation.counters().bytesOut();
      for (int lap = 0; lap < 4; lap++) {
        readAll(spillway, weights, layers, reads);
      }
      assertThat(simulation.counters().bytesOut() - before).isZero();
    }
  }

  private void readsInPlace(
      Spillway spillway, Allocation weights, int layers, long budget, double mostSeconds) {
    SimulationCounters before = simulation.counters();
    double inPlace = seconds(() -> readAll(spillway, weights, layers, 1));
    SimulationCounters after = simulation.counters();

    assertThat(after.bytesIn() - before.bytesIn()).isZero();
    assertThat(after.zeroCopyBytes() - before.zeroCopyBytes())
        .isBetween(layers * LAYER - budget, layers * LAYER - budget + 2 * LAYER);
    assertThat(inPlace).isLessThan(mostSeconds);
    assertThat(mostResidentBytes).isLessThanOrEqualTo(budget);
  }

  /** Fetching costs one crossing of the link a lap, reading in place as many as there are reads. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5, READS})
  void whatIsOnlyReadButOftenIsFetchedAndFindingOutCostsLittle(int reads) {
    int layers = 24;
    long budget = layers * LAYER / 2;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers)) {
      for (int lap = 0; lap < 5; lap++) {
        readAll(spillway, weights, layers, reads);
      }
      double fetched = seconds(() -> readAll(spillway, weights, layers, reads));
      int laps = 60;
      double all =
          seconds(
              () -> {
                for (int lap = 0; lap < laps; lap++) {
                  readAll(spillway, weights, layers, reads);
                }
              });
      assertThat(all / laps).isLessThan(1.04 * fetched);
    }
  }

  /** In place, each of twenty passes would cross the link. */
  @Test
  void whatIsGoneOverAgainAndAgainIsMoved() {
    int layers = 24;
    long budget = layers * LAYER;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers);
        Allocation activations = weights(spillway, layers)) {
      double[] steps = new double[6];
      for (int step = 0; step < steps.length; step++) {
        steps[step] = seconds(() -> trainingStep(spillway, weights, activations, layers, READS));
      }
      int sites = 2;
      int tries = 2; // the second after a pause
      int launchesOfATry = 3;
      long piece = Math.min(MoveSizing.STANDARD.pieceBytes(), budget / 16);
      assertThat(simulation.counters().zeroCopyBytes())
          .isLessThanOrEqualTo(sites * tries * launchesOfATry * READS * piece);
      assertThat(steps[5]).isLessThanOrEqualTo(1.1 * steps[2]);
    }
  }
}
