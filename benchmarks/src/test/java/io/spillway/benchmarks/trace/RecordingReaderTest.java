package io.spillway.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.spillway.Allocation;
import io.spillway.Interception;
import io.spillway.LaunchScope;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.profile.SimulationRecorder;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A program on the simulator, recorded by JFR, is the trace of what it did. */
class RecordingReaderTest {

  private static final long BLOCK = Blocks.BYTES;
  private static final int LAYERS = 3;
  private static final long LAYER_BYTES = 2 * BLOCK;

  /** Longer than a layer takes to be read from device memory, so that it is what is seen. */
  private static final long COMPUTE_NANOS = 2_000_000;

  private static final List<String> EVENTS =
      List.of(
          "Launch",
          "Access",
          "Session",
          "Allocation",
          "Free",
          "Kernel",
          "Fault",
          "Transfer",
          "Contention",
          "Recording",
          "RecordingEnd");

  @TempDir private Path folder;

  private interface Program {
    void run(Spillway session, SimulatedDriver driver);
  }

  private Path record(Program program) throws IOException {
    Path file = folder.resolve("run.jfr");
    SimulationRecorder recorder = new SimulationRecorder(GpuModel.h200());
    try (Recording recording = new Recording();
        SimulatedDriver driver =
            SimulatedDriver.builder(GpuModel.h200())
                .deviceBytes(64 * BLOCK)
                .observer(recorder)
                .open()) {
      recording.setSettings(Map.of());
      EVENTS.forEach(event -> recording.enable("io.spillway." + event));
      recording.start();
      SpillwayConfig config =
          SpillwayConfig.builder()
              .driver(driver)
              .hostMemoryGuard(HostMemoryGuard.ofBytes(1L << 40))
              .plugins(List.of(recorder))
              .build();
      try (Spillway session = Spillway.open(config)) {
        program.run(session, driver);
      }
      recording.stop();
      recording.dump(file);
    }
    return file;
  }

  private static void kernel(SimulatedDriver driver, long nanos, Access... accesses) {
    driver.launch(
        new SimulatedKernel("layer", List.of(accesses), nanos, Optional.empty()),
        StreamHandle.DEFAULT);
  }

  /** Ten laps of layers that read their weights and update their state. */
  private static void layers(Spillway session, SimulatedDriver driver) {
    Allocation weights = session.allocate(LAYERS * LAYER_BYTES, Placement.MANAGED, "weights");
    Allocation state = session.allocate(BLOCK, Placement.MANAGED, "state");
    driver.hostTouch(weights.range(), TouchKind.WRITE);
    for (int lap = 0; lap < 10; lap++) {
      for (int layer = 0; layer < LAYERS; layer++) {
        AddressRange range = weights.range().slice(layer * LAYER_BYTES, LAYER_BYTES);
        try (LaunchScope scope = session.launch("layer", layer)) {
          scope.reads(weights, layer * LAYER_BYTES, LAYER_BYTES).updates(state);
          kernel(driver, COMPUTE_NANOS, Access.read(range), Access.readWrite(state.range()));
        }
      }
      driver.synchronize(StreamHandle.DEFAULT);
    }
  }

  @Test
  void aRecordingIsTheTraceOfItsLaps() throws IOException {
    Trace trace = Traces.open(record(RecordingReaderTest::layers) + "?laps=4");
    assertThat(trace.name()).isEqualTo("run?laps=4");
    assertThat(trace.regions())
        .containsExactly(
            new Region(0, "weights", LAYERS * LAYER_BYTES, true, true),
            // A kernel wrote it first, so it was born on the device.
            new Region(1, "state", BLOCK, false, false));
    assertThat(trace.launches()).isEqualTo(4 * LAYERS);
    assertThat(trace.laps()).isEqualTo(4);
    assertThat(trace.lastLapStart()).isEqualTo(3 * LAYERS);
    assertThat(trace.timedOn()).contains("h200");
    assertThat(trace.characteristics())
        .containsExactlyInAnyOrder(
            Characteristic.CYCLIC, Characteristic.READ_ONLY_KNOWN, Characteristic.COMPUTE_TIMES);
    for (int i = 0; i < trace.launches(); i++) {
      TraceLaunch launch = trace.launch(i);
      int layer = i % LAYERS;
      assertThat(launch.label()).isEqualTo("layer");
      assertThat(launch.ordinal()).isEqualTo(layer);
      assertThat(launch.touches())
          .containsExactly(
              new Touch(0, layer * LAYER_BYTES, LAYER_BYTES, Effect.READ, 1),
              new Touch(1, 0, BLOCK, Effect.UPDATE, 1));
      // Of ten laps the first faulted, and what that took beside being served is in the mean.
      assertThat((double) launch.computeNanos()).isCloseTo(COMPUTE_NANOS, within(0.05e6));
    }
  }

  @Test
  void fiveLapsAreEnoughUnlessMoreAreAskedFor() throws IOException {
    Path file = record(RecordingReaderTest::layers);
    assertThat(Traces.open(file.toString()).laps()).isEqualTo(5);
    assertThat(Traces.open(file + "?phase=1&laps=7").laps()).isEqualTo(7);
    assertThatThrownBy(() -> Traces.open(file + "?phase=9"))
        .hasMessageContaining("phase=9 does not repeat; those that do are [1]");
    assertThatThrownBy(() -> Traces.open(file + "?lap=7"))
        .hasMessageContaining("has no parameter 'lap'");
  }

  /** What a kernel was given, and nobody knows whether it writes, is told by its faults alone. */
  @Test
  void faultsTellWhatIsOnlyRead() throws IOException {
    Trace trace =
        Traces.open(
            record(
                    (session, driver) -> {
                      Allocation read = session.allocate(BLOCK, Placement.MANAGED, "read");
                      Allocation written = session.allocate(BLOCK, Placement.MANAGED, "written");
                      driver.hostTouch(read.range(), TouchKind.WRITE);
                      driver.hostTouch(written.range(), TouchKind.WRITE);
                      for (int lap = 0; lap < 4; lap++) {
                        undeclared(session, driver, read, Access.read(read.range()));
                        undeclared(session, driver, written, Access.readWrite(written.range()));
                        // Both fault in every lap, as faults are what tells.
                        driver.hostTouch(read.range(), TouchKind.READ_WRITE);
                        driver.hostTouch(written.range(), TouchKind.READ_WRITE);
                      }
                    })
                .toString());
    assertThat(trace.launch(0).touches()).containsExactly(new Touch(0, 0, BLOCK, Effect.READ, 1));
    assertThat(trace.launch(1).touches()).containsExactly(new Touch(1, 0, BLOCK, Effect.UPDATE, 1));
    assertThat(trace.regions())
        .containsExactly(
            new Region(0, "read", BLOCK, true, true), new Region(1, "written", BLOCK, true, false));
    assertThat(trace.has(Characteristic.READ_ONLY_KNOWN)).isFalse();
  }

  private static void undeclared(
      Spillway session, SimulatedDriver driver, Allocation target, Access access) {
    Interception interception = session.interception();
    Launch launch = interception.launch(target.label(), 0, StreamHandle.DEFAULT);
    interception.declare(
        launch, List.of(new RangeAccess(target.range(), AccessKind.UNKNOWN)), true);
    kernel(driver, 0, access);
    interception.issued(launch);
    driver.synchronize(StreamHandle.DEFAULT);
  }

  @Test
  void aProgramThatRepeatsNothingIsRefusedWithTheReason() throws IOException {
    Path file =
        record(
            (session, driver) -> {
              Allocation data = session.allocate(8 * BLOCK, Placement.MANAGED, "data");
              IntStream.range(0, 5)
                  .forEach(
                      i -> {
                        try (LaunchScope scope = session.launch("once", i)) {
                          scope.writes(data, i * BLOCK, BLOCK);
                          kernel(driver, 0, Access.write(data.range().slice(i * BLOCK, BLOCK)));
                        }
                      });
            });
    assertThatThrownBy(() -> Traces.open(file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("none of its 5 launches repeat in laps");
  }
}
