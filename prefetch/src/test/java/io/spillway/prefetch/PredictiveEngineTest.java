package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.UpcomingLaunch;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.Placement;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The engine on the simulated driver: what it keeps to, whatever a program does. */
final class PredictiveEngineTest extends EngineFixture {

  @Test
  void launchesThatAreNamedAtOnceAreFetchedBeforeTheyAreDeclared() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 24).readMostly()) {
      Random random = new Random(3);
      for (int i = 0; i < 20; i++) {
        launch(spillway, "expert", 1, Touch.read(weights, random.nextInt(24)));
      }
      List<UpcomingLaunch> chosen =
          List.of(3, 17, 11).stream()
              .map(each -> UpcomingLaunch.of("expert").reads(weights, each * LAYER, LAYER))
              .toList();

      spillway.upcoming(chosen);

      for (long expert : List.of(3, 17, 11)) {
        assertThat(simulation.residentBytes(weights.range().slice(expert * LAYER, LAYER)))
            .isEqualTo(LAYER);
      }
    }
  }

  @Test
  void whatIsNamedButCannotBeMovedTakesNoRoom() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation plain = spillway.allocate(LAYER, Placement.DEVICE, "plain")) {
      Allocation gone = weights(spillway, 4);
      List<UpcomingLaunch> named =
          List.of(
              UpcomingLaunch.of("gone").reads(gone, 0, 4 * LAYER),
              UpcomingLaunch.of("plain").reads(plain, 0, LAYER));
      gone.close();
      try (Allocation weights = weights(spillway, 7).readMostly()) {
        pass(spillway, weights, 7);

        spillway.upcoming(named);
        pass(spillway, weights, 7);

        assertThat(spillway.statistics().fetchedBytes()).isEqualTo(7 * LAYER);
        assertThat(spillway.statistics().droppedBytes()).isZero();
      }
    }
  }

  @Test
  void everythingStaysWhenItFits() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      for (int lap = 0; lap < 5; lap++) {
        pass(spillway, weights, 8);
      }
      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(8 * LAYER);
      assertThat(spillway.statistics().droppedBytes()).isZero();
    }
  }

  @Test
  void aLaunchLargerThanTheBudgetIsLeftToFaultsAndTheBudgetIsKeptAfterwards() {
    try (Spillway spillway = open(4 * LAYER);
        Allocation weights = weights(spillway, 12).readMostly()) {
      try (var scope = spillway.launch("all", 0).reads(weights)) {
        assertThat(scope).isNotNull();
        simulation.launch(
            SimulatedKernel.of("all", Access.read(weights.range())), StreamHandle.DEFAULT);
      }
      assertThat(spillway.statistics().fetchedBytes()).isZero();
      simulation.synchronize(StreamHandle.DEFAULT);
      launch(spillway, "layer", 1, Touch.read(weights, 0));
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(4 * LAYER);
    }
  }

  @Test
  void freedMemoryLeavesTheAccount() {
    try (Spillway spillway = open(4 * LAYER)) {
      for (int i = 0; i < 6; i++) {
        try (Allocation weights = weights(spillway, 3)) {
          pass(spillway, weights, 3);
        }
      }
      assertThat(spillway.statistics().writtenBackBytes()).isZero();
    }
  }

  @Test
  void aDriverFailureSwitchesItOffAndTheProgramGoesOn() {
    try (Spillway spillway = open(4 * LAYER);
        Allocation weights = weights(spillway, 12).readMostly()) {
      driver.fail("record", 1, CudaStatus.INVALID_HANDLE);
      pass(spillway, weights, 12);
      pass(spillway, weights, 12);
      assertThat(spillway.statistics().plugins().get("auto")).startsWith("off: ");
    }
  }

  @Test
  void aRefusedFetchOrDropLeavesTheBudgetKept() {
    try (Spillway spillway = open(4 * LAYER);
        Allocation weights = weights(spillway, 12)) {
      pass(spillway, weights, 12);
      driver.fail("prefetch", 5, CudaStatus.OUT_OF_MEMORY);
      pass(spillway, weights, 12);
      pass(spillway, weights, 12);
      assertThat(spillway.statistics().plugins().get("auto")).startsWith("on");
    }
  }

  @Test
  void whatTheProgramMovesItselfIsInTheAccount() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      pass(spillway, weights, 8);
      spillway.apply(Plan.of(new Hint.Drop(weights.range())));
      pass(spillway, weights, 8);
      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(2 * 8 * LAYER);
    }
  }

  @Test
  void aSmallerBudgetIsKeptWithinASecondAndALargerOneUsed() {
    for (SessionPlugin plugin : List.of(new Auto(), new OneAhead())) {
      try (Spillway spillway = open(8 * LAYER, plugin, simulation.hostThread("mover"));
          Allocation weights = weights(spillway, 8)) {
        pass(spillway, weights, 8);
        assertThat(simulation.residentBytes(weights.range())).isEqualTo(8 * LAYER);
        long start = simulation.clock().nanoTime();

        spillway.resizeBudget(DeviceBudget.ofBytes(3 * LAYER));

        assertThat(simulation.residentBytes(weights.range()))
            .as(plugin.name())
            .isBetween(2 * LAYER, 3 * LAYER);
        assertThat(simulation.clock().nanoTime() - start).isLessThan(1_000_000_000L);
        pass(spillway, weights, 8);
        assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(3 * LAYER);

        spillway.resizeBudget(DeviceBudget.ofBytes(8 * LAYER));
        pass(spillway, weights, 8);
        assertThat(simulation.residentBytes(weights.range())).isEqualTo(8 * LAYER);
      }
    }
  }

  @Test
  void launchesThatRunFarAheadOfTheMoverDoNotSwitchItOff() {
    List<Runnable> later = new ArrayList<>();
    AtomicBoolean busy = new AtomicBoolean();
    Executor mover = simulation.hostThread("mover");
    Executor background =
        task -> {
          if (busy.get()) {
            later.add(task);
          } else {
            mover.execute(task);
          }
        };
    try (Spillway spillway = open(8 * LAYER, new Auto(), background);
        Allocation weights = weights(spillway, 8).readMostly()) {
      Allocation freed = weights(spillway, 4);
      pass(spillway, weights, 8);
      busy.set(true);
      for (int lap = 0; lap < 1_200; lap++) { // 19,200 messages, of which 16,384 find room
        pass(spillway, weights, 8);
      }
      freed.close();
      busy.set(false);
      later.forEach(mover::execute);

      pass(spillway, weights, 8);

      assertThat(spillway.statistics().plugins().get("auto"))
          .startsWith("on, FULL")
          .doesNotEndWith("not heard of 0");
      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(8 * LAYER);
      assertThat(simulation.counters().faults()).isZero();
    }
  }

  @Test
  void launchesOfSeveralThreadsGoThroughOneBackgroundThread() throws Exception {
    try (ExecutorService background = Executors.newSingleThreadExecutor();
        ExecutorService programs = Executors.newFixedThreadPool(4);
        Spillway spillway = open(12 * LAYER, new Auto(), background);
        Allocation weights = weights(spillway, 24).readMostly()) {
      List<java.util.concurrent.Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread * 6;
        all.add(
            programs.submit(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    spillway
                        .launch("part" + first, 0)
                        .reads(weights, (first + i % 6) * LAYER, LAYER)
                        .close();
                  }
                }));
      }
      for (var one : all) {
        one.get();
      }
      assertThat(spillway.statistics().plugins().get("auto")).startsWith("on");
    }
  }
}
