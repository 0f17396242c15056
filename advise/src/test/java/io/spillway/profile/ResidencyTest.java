package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.LaunchScope;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the heat map says is on the device is what the simulated device holds. */
class ResidencyTest {

  private static final int BLOCKS = 12;
  private static final long B = Blocks.BYTES;

  /** A third of the allocation. */
  private static final int DEVICE_BLOCKS = 4;

  @TempDir Path directory;

  /** What each block of the allocation had on the device in the end. */
  private long[] held = new long[0];

  private HeatMap recorded(BiConsumer<SimulatedDriver, Program> work) throws IOException {
    Path file = directory.resolve("residency.jfr");
    GpuModel model = GpuModel.h200();
    SimulationRecorder recorder = new SimulationRecorder(model);
    try (Recording recording = new Recording();
        SimulatedDriver driver =
            SimulatedDriver.builder(model)
                .deviceBytes(DEVICE_BLOCKS * B)
                .observer(recorder)
                .open()) {
      recording.setSettings(Map.of());
      for (String name :
          List.of(
              "Session",
              "Allocation",
              "Free",
              "Access",
              "Move",
              "Drop",
              "Fault",
              "Transfer",
              "Contention",
              "Kernel",
              "Recording")) {
        recording.enable("io.spillway." + name);
      }
      recording.start();
      SpillwayConfig config =
          SpillwayConfig.builder()
              .driver(driver)
              .deviceBudget("100%")
              .hostMemoryGuard(HostMemoryGuard.ofBytes(1L << 40))
              .background(Runnable::run)
              .plugins(List.of(recorder))
              .build();
      try (Spillway session = Spillway.open(config)) {
        Program program = new Program(session, driver);
        work.accept(driver, program);
        driver.synchronize(StreamHandle.DEFAULT);
        held = program.held();
        recording.stop(); // before it is freed
        program.data().close();
      }
      recording.dump(file);
    }
    HeatMap heat = ProfileReader.read(file).timeline().heat();
    assertThat(heat.blocksPerRow()).isEqualTo(1);
    return heat;
  }

  /** One allocation, filled by the host. */
  private record Program(Spillway session, SimulatedDriver driver, Allocation data) {
    Program(Spillway session, SimulatedDriver driver) {
      this(session, driver, session.allocate(BLOCKS * B, Placement.MANAGED, "data"));
      driver.hostTouch(data.range(), TouchKind.WRITE);
    }

    AddressRange blocks(int first, int count) {
      return data.range().slice(first * B, count * B);
    }

    void kernel(int first, int count, boolean writes) {
      try (LaunchScope scope = session.launch("kernel", first)) {
        scope.reads(data, first * B, count * B);
        AddressRange range = blocks(first, count);
        driver.launch(
            SimulatedKernel.of("kernel", writes ? Access.readWrite(range) : Access.read(range)),
            StreamHandle.DEFAULT);
      }
      driver.synchronize(StreamHandle.DEFAULT);
    }

    long[] held() {
      long[] bytes = new long[BLOCKS];
      for (int block = 0; block < BLOCKS; block++) {
        bytes[block] = driver.residentBytes(blocks(block, 1));
      }
      return bytes;
    }
  }

  private static long[] last(HeatMap heat) {
    long[] bytes = new long[BLOCKS];
    for (int row = 0; row < Math.min(BLOCKS, heat.rows()); row++) {
      bytes[row] = heat.get(HeatMeasure.RESIDENT_BYTES, row, heat.bins() - 1);
    }
    return bytes;
  }

  @Test
  void faultsBringAndEvictionsTakeAway() throws IOException {
    HeatMap heat =
        recorded(
            (driver, program) -> {
              for (int lap = 0; lap < 3; lap++) {
                for (int block = 0; block < BLOCKS; block += 2) {
                  program.kernel(block, 2, lap == 1);
                }
              }
            });
    assertThat(Arrays.stream(held).sum()).isEqualTo(DEVICE_BLOCKS * B);
    assertThat(last(heat)).isEqualTo(held);
    int full = 0;
    for (int bin = 0; bin < heat.bins(); bin++) {
      long bytes = 0;
      for (int row = 0; row < heat.rows(); row++) {
        bytes += heat.get(HeatMeasure.RESIDENT_BYTES, row, bin);
      }
      assertThat(bytes).as("bin %d", bin).isLessThanOrEqualTo(DEVICE_BLOCKS * B);
      full += bytes > (DEVICE_BLOCKS - 1) * B ? 1 : 0;
    }
    assertThat(full).isPositive();
  }

  @Test
  void prefetchesBringAndDropsAndTheHostTakeAway() throws IOException {
    HeatMap heat =
        recorded(
            (driver, program) -> {
              program
                  .session()
                  .apply(Plan.of(new Hint.Prefer(program.blocks(0, 2), Location.HOST)));
              program.session().apply(Plan.of(new Hint.ReadMostly(program.blocks(0, 2))));
              program.session().apply(Plan.of(new Hint.Fetch(program.blocks(0, 4))));
              driver.synchronize(StreamHandle.DEFAULT);
              assertThat(program.held()).startsWith(B, B, B, B, 0);
              program.session().apply(Plan.of(new Hint.Drop(program.blocks(0, 1))));
              driver.hostTouch(program.blocks(1, 1), TouchKind.WRITE); // of a duplicate
              driver.hostTouch(program.blocks(2, 1), TouchKind.READ); // moves it back
            });
    assertThat(held).startsWith(0, 0, 0, B, 0);
    assertThat(last(heat)).isEqualTo(held);
  }

  @Test
  void writeBacksTakeAwayAndMapsFromAfarBringNothing() throws IOException {
    HeatMap heat =
        recorded(
            (driver, program) -> {
              program
                  .session()
                  .apply(Plan.of(new Hint.Prefer(program.blocks(4, 2), Location.HOST)));
              program.kernel(0, 2, true);
              program.kernel(4, 2, false);
              program.session().apply(Plan.of(new Hint.WriteBack(program.blocks(0, 1))));
            });
    assertThat(held).startsWith(0, B, 0, 0, 0, 0);
    assertThat(last(heat)).isEqualTo(held);
  }
}
