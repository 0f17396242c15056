package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.ProfileSettings;
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
import io.spillway.hint.HintKind;
import io.spillway.range.ByteSize;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Laps on the simulator, where it is known what crossed the link. */
class LapSurveyTest {

  private static final int LAYERS = 6;
  private static final int LAPS = 10;
  private static final long LAYER_BYTES = 16 * ByteSize.MIB;

  @TempDir Path directory;
  private final List<String> lines = new ArrayList<>();

  /** Bytes brought to the device by each lap of a program that reads everything once a lap. */
  private List<Long> bytesInByLap(boolean survey) {
    GpuModel model = GpuModel.h200();
    List<Long> bytesIn = new ArrayList<>();
    try (SimulatedDriver driver = SimulatedDriver.builder(model).open();
        Spillway session =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(driver)
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(model.hostMemoryBytes()))
                    .plugins(List.of(new ProfileRecorder()))
                    .profile(
                        new ProfileSettings(
                            directory.resolve("out.jfr"), survey, Optional.empty(), lines::add))
                    .build())) {
      Allocation data = session.allocate(LAYERS * LAYER_BYTES, Placement.MANAGED, "data");
      driver.hostTouch(data.range(), TouchKind.WRITE);
      for (int lap = 0; lap < LAPS; lap++) {
        long before = driver.counters().bytesIn();
        for (int layer = 0; layer < LAYERS; layer++) {
          long offset = layer * LAYER_BYTES;
          try (var scope = session.launch("layer", layer).reads(data, offset, LAYER_BYTES)) {
            driver.launch(
                SimulatedKernel.of("layer", Access.read(data.range().slice(offset, LAYER_BYTES))),
                StreamHandle.DEFAULT);
          }
        }
        driver.synchronize(StreamHandle.DEFAULT);
        bytesIn.add(driver.counters().bytesIn() - before);
      }
      assertThat(session.statistics().hints().refused()).isZero();
      assertThat(session.statistics().hints().of(HintKind.WRITE_BACK).applied() > 0)
          .isEqualTo(survey);
    }
    return bytesIn;
  }

  @Test
  void everyLapOnceItIsKnownBeginsCold() {
    List<Long> bytesIn = bytesInByLap(true);
    assertThat(bytesIn.getFirst()).isEqualTo(LAYERS * LAYER_BYTES);
    assertThat(bytesIn.subList(3, LAPS)).containsOnly(LAYERS * LAYER_BYTES);
    assertThat(lines.getLast())
        .matches(
            ".*: 60 launches; .*; survey: [78] laps began cold, (672|768) MiB taken off the device"
                + " in \\d+\\.\\d{3} s \\(.*%\\); missing: nothing");
  }

  @Test
  void withoutASurveyLapsStayWarm() {
    List<Long> bytesIn = bytesInByLap(false);
    assertThat(bytesIn.getFirst()).isEqualTo(LAYERS * LAYER_BYTES);
    assertThat(bytesIn.subList(1, LAPS)).containsOnly(0L);
    assertThat(lines.getLast()).doesNotContain("survey");
  }
}
