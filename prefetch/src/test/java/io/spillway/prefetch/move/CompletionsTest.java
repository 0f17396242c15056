package io.spillway.prefetch.move;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.TimedLaunch;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events of launches, and what becomes of them. */
final class CompletionsTest {

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);

  @AfterEach
  void close() {
    simulation.close();
  }

  @Test
  void anEventThatCannotBeWaitedForIsDestroyedAllTheSame() {
    try (Completions completions = new Completions(driver, new Unheard())) {
      simulation.launch(
          SimulatedKernel.of("kernel").withComputeNanos(1_000_000), StreamHandle.DEFAULT);
      completions.issued(0, 0, 0, completions.mark(null, StreamHandle.DEFAULT), null, null);
      driver.fail("await", 1, CudaStatus.INVALID_HANDLE);
      assertThatThrownBy(() -> completions.awaitUpTo(0)).isInstanceOf(DriverException.class);
    }
    assertThat(driver.leaks()).isEmpty();
  }

  @Test
  void aTimedLaunchIsToldOnceItIsDoneAndItsEventsAreUsedAgain() {
    List<Long> told = new ArrayList<>();
    Completions.Durations durations =
        new Unheard() {
          @Override
          public void took(TimedLaunch launch, long nanos) {
            told.add(nanos);
          }
        };
    try (Completions completions = new Completions(driver, durations)) {
      TimedLaunch timed = new TimedLaunch(0, 1, 0, List.of(), false, 0, 0, false, false);
      for (int launch = 0; launch < 3; launch++) {
        EventHandle start = completions.timing();
        driver.record(start, StreamHandle.DEFAULT);
        long nanos = 1000L * (launch + 1);
        simulation.launch(
            SimulatedKernel.of("kernel").withComputeNanos(nanos), StreamHandle.DEFAULT);
        completions.issued(
            launch, 0, 0, completions.mark(start, StreamHandle.DEFAULT), timed, null);
        simulation.synchronize(StreamHandle.DEFAULT);
        completions.retire();
      }
    }
    assertThat(told).hasSize(3).isSorted();
    assertThat(driver.calls("createTimingEvent")).isEqualTo(2);
    assertThat(driver.leaks()).isEmpty();
  }

  @Test
  void aLapTakesFromOneTurnToTheNextOfTheSameLap() {
    List<Long> laps = new ArrayList<>();
    Completions.Durations durations =
        new Unheard() {
          @Override
          public void took(LapTurn turn, long nanos) {
            laps.add(turn.number());
            assertThat(nanos).isBetween(1000L, 20_000L);
          }
        };
    try (Completions completions = new Completions(driver, durations)) {
      for (long number : new long[] {2, 3, 4, 6, 7}) {
        EventHandle start = completions.timing();
        driver.record(start, StreamHandle.DEFAULT);
        simulation.launch(
            SimulatedKernel.of("kernel").withComputeNanos(1000), StreamHandle.DEFAULT);
        completions.issued(
            number,
            0,
            0,
            completions.mark(start, StreamHandle.DEFAULT),
            null,
            new LapTurn(number, false));
        simulation.synchronize(StreamHandle.DEFAULT);
        completions.retire();
      }
    }
    assertThat(laps).as("the sixth begins another").containsExactly(3L, 4L, 7L);
    assertThat(driver.leaks()).isEmpty();
  }

  /** Hears nothing. */
}
