package io.spillway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.CaptureMode;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Background work, and the capture mode of the thread that does it. */
final class BesideCapturesTest {

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
  private final List<CaptureMode> modes = new ArrayList<>();

  @AfterEach
  void close() {
    simulation.close();
  }

  private CaptureMode mode() {
    CaptureMode mode = simulation.exchangeCaptureMode(CaptureMode.GLOBAL);
    simulation.exchangeCaptureMode(mode);
    return mode;
  }

  /** A session whose only plugin notes the mode in a background task. */
  private SpillwayStatistics noteInBackground() {
    SessionPlugin plugin =
        new SessionPlugin() {
          @Override
          public String name() {
            return "note";
          }

          @Override
          public SessionListener attach(SessionContext context) {
            context.background().execute(() -> modes.add(mode()));
            return new SessionListener() {};
          }
        };
    try (Spillway spillway =
        Spillway.open(
            SpillwayConfig.builder()
                .driver(driver)
                .plugins(List.of(plugin))
                .background(Runnable::run)
                .build())) {
      return spillway.statistics();
    }
  }

  @Test
  void aTaskLeavesCapturesOfOtherThreadsAloneAndTheThreadIsAsBeforeAfterwards() {
    simulation.exchangeCaptureMode(CaptureMode.RELAXED);

    assertThat(noteInBackground().captureModeRefusals()).isZero();

    assertThat(modes).containsExactly(CaptureMode.THREAD_LOCAL);
    assertThat(simulation.exchangeCaptureMode(CaptureMode.GLOBAL)).isEqualTo(CaptureMode.RELAXED);
  }

  @Test
  void aTaskThatThrowsLeavesTheThreadAsItWas() {
    BesideCaptures background = new BesideCaptures(Runnable::run, driver);
    assertThatThrownBy(
            () ->
                background.execute(
                    () -> {
                      throw new IllegalStateException("no");
                    }))
        .hasMessage("no");
    assertThat(mode()).isEqualTo(CaptureMode.GLOBAL);
  }

  @Test
  void whereTheModeIsRefusedTheTaskIsDoneAllTheSameAndTheRefusalCounted() {
    driver.fail("exchangeCaptureMode", 1, CudaStatus.INVALID_HANDLE);

    assertThat(noteInBackground().captureModeRefusals()).isEqualTo(1);

    assertThat(modes).containsExactly(CaptureMode.GLOBAL);
  }
}
