package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.driver.sim.GpuModel;
import io.spillway.range.Blocks;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine on the simulated driver: how near it comes to what the driver's own moves take. */
final class LapTimesTest extends EngineFixture {

  @ParameterizedTest
  @ValueSource(doubles = {1.1, 1.5, 2, 3, 5})
  void aCyclicLapTakesLittleMoreThanTheMovesItNeeds(double ratio) {
    long budget = Blocks.floor((long) (LAYERS * LAYER / ratio));
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, LAYERS).readMostly()) {
      for (int lap = 0; lap < 4; lap++) {
        pass(spillway, weights, LAYERS);
      }
      long before = simulation.counters().bytesIn();

      double lap = seconds(() -> pass(spillway, weights, LAYERS));

      long in = simulation.counters().bytesIn() - before;
      long needed = LAYERS * LAYER - budget;
      GpuModel model = GpuModel.h200();
      double kernels =
          LAYERS
              * READS
              * (LAYER / (model.deviceReadGBps() * 1e9) + model.kernelPassNanos() * 1e-9);
      double least = leastSeconds(needed, kernels);
      assertThat(mostResidentBytes).isLessThanOrEqualTo(budget);
      assertThat(in).isBetween(needed - LAYER, needed + 4 * LAYER);
      assertThat(least / lap).isGreaterThan(0.9);
      assertThat(simulation.counters().faults()).isZero();
      assertThat(simulation.counters().bytesOut()).isZero();
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.5, 2, 3})
  void aTrainingStepTakesLittleMoreThanTheMovesItNeeds(double ratio) {
    int layers = 24;
    long budget = Blocks.floor((long) (2 * layers * LAYER / ratio));
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers);
        Allocation activations = weights(spillway, layers)) {
      for (int step = 0; step < 4; step++) {
        trainingStep(spillway, weights, activations, layers, 4);
      }
      int steps = 8; // in one of which it may find that something had better move after all
      double all =
          seconds(
              () -> {
                for (int step = 0; step < steps; step++) {
                  trainingStep(spillway, weights, activations, layers, 4);
                }
              });

      assertThat(steps * goneAndComeSeconds(missedInAStep(layers, budget)) / all)
          .isGreaterThan(0.9);
      assertThat(mostResidentBytes).isLessThanOrEqualTo(budget);
    }
  }

  private double random(SessionPlugin plugin, double ratio, boolean readMostly) {
    int layers = 24;
    long budget = Blocks.floor((long) (layers * LAYER / ratio));
    Random random = new Random(5);
    try (Spillway spillway = open(budget, plugin, simulation.hostThread("mover"));
        Allocation weights = weights(spillway, layers)) {
      if (readMostly) {
        weights.readMostly();
      }
      return seconds(
          () -> {
            for (int i = 0; i < 600; i++) {
              launch(spillway, "layer", 4, Touch.read(weights, random.nextInt(layers)));
            }
          });
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.1, 2, 5})
  void randomAccessIsNeverSlowerThanFaults(double ratio) {
    for (boolean readMostly : new boolean[] {true, false}) {
      double faults = random(new OnDemand(), ratio, readMostly);
      double engine = random(new Auto(), ratio, readMostly);
      assertThat(engine).isLessThan(1.02 * faults);
    }
  }

  @Test
  void anotherPhaseIsFollowedWithinTwoOfItsLaps() {
    long budget = LAYERS * LAYER / 2;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, LAYERS).readMostly()) {
      for (int lap = 0; lap < 3; lap++) {
        pass(spillway, weights, LAYERS);
      }
      Runnable backwards =
          () -> {
            for (int layer = LAYERS - 2; layer >= 0; layer -= 2) {
              launch(spillway, "other", READS, Touch.read(weights, layer));
            }
          };
      backwards.run();
      backwards.run();
      long before = simulation.counters().bytesIn();
      backwards.run();
      assertThat(simulation.counters().bytesIn() - before).as("half of it fits").isZero();
    }
  }
}
