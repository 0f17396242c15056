package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import io.spillway.Allocation;
import io.spillway.SessionPlugin;
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
import io.spillway.profile.ProfileReader;
import io.spillway.profile.RunSchedule;
import io.spillway.profile.ScheduleFile;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The engine with the schedule of an earlier run, on the simulated driver. */
final class ProfiledEngineTest {

  private static final long LAYER = 128 * ByteSize.MIB;
  private static final int LAYERS = 24;
  private static final long BUDGET = LAYERS * LAYER / 3;
  private static final int READS = 20;

  @TempDir private Path directory;

  /** A program with an allocation for each layer, as the agent sees it. */
  private static final class Program implements AutoCloseable {
    private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
    private final Spillway spillway;
    private final List<Allocation> layers = new ArrayList<>();

    Program(List<SessionPlugin> plugins, Consumer<SpillwayConfig.Builder> settings) {
      SpillwayConfig.Builder config =
          SpillwayConfig.builder()
              .driver(simulation)
              .deviceBudget(Long.toString(BUDGET))
              .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
              .plugins(plugins)
              .background(simulation.hostThread("mover"));
      settings.accept(config);
      spillway = Spillway.open(config.build());
    }

    void allocate(int count) {
      for (int i = 0; i < count; i++) {
        Allocation layer = spillway.allocate(LAYER, Placement.MANAGED, "layer " + layers.size());
        simulation.hostTouch(layer.range(), TouchKind.WRITE);
        layers.add(layer);
      }
    }

    void launch(int layer) {
      launch(layer, AccessKind.READ);
    }

    void launch(int layer, AccessKind kind) {
      Launch launch = spillway.interception().launch("sums", layer, StreamHandle.DEFAULT);
      spillway
          .interception()
          .declare(launch, List.of(new RangeAccess(layers.get(layer).range(), kind)), true);
      simulation.launch(
          SimulatedKernel.of(
              "sums",
              new Access(
                  layers.get(layer).range(),
                  kind == AccessKind.READ ? TouchKind.READ : TouchKind.READ_WRITE,
                  READS,
                  1)),
          StreamHandle.DEFAULT);
      spillway.interception().issued(launch);
    }

    double pass() {
      return seconds(
          () -> {
            for (int layer = 0; layer < layers.size(); layer++) {
              launch(layer);
            }
          });
    }

    double seconds(Runnable work) {
      simulation.synchronize(StreamHandle.DEFAULT);
      long start = simulation.clock().nanoTime();
      work.run();
      simulation.synchronize(StreamHandle.DEFAULT);
      return (simulation.clock().nanoTime() - start) * 1e-9;
    }

    boolean readMostly(int layer) {
      return simulation.attributes(layers.get(layer).range()).readMostly();
    }

    /** What stays need not be. */
    int firstReadMostly() {
      return IntStream.range(0, layers.size())
          .filter(this::readMostly)
          .findFirst()
          .orElseThrow(() -> new AssertionError("nothing is read-mostly"));
    }

    String state() {
      return Objects.requireNonNull(spillway.statistics().plugins().get("profiled"));
    }

    @Override
    public void close() {
      layers.forEach(Allocation::close);
      spillway.close();
      simulation.close();
    }
  }

  private static List<SessionPlugin> auto() {
    return List.of(new Auto());
  }

  private Path recorded() throws IOException {
    return recorded(Program::pass);
  }

  /** Writes the schedule of a run of three passes. */
  private Path recorded(Consumer<Program> pass) throws IOException {
    return recorded(pass, 3);
  }

  private Path recorded(Consumer<Program> pass, int passes) throws IOException {
    Path recording = directory.resolve("out.jfr");
    try (Program program =
        new Program(List.of(new OnDemand()), config -> config.profile(recording))) {
      program.allocate(LAYERS);
      for (int i = 0; i < passes; i++) {
        pass.accept(program);
      }
    }
    Path schedule = directory.resolve("schedule.json");
    ScheduleFile.write(RunSchedule.of(ProfileReader.read(recording)), schedule);
    return schedule;
  }

  private static Program following(Path schedule) {
    return new Program(List.of(), config -> config.schedule(schedule));
  }

  /**
   * What the first pass takes at least: everything has to come once, out of pages that the host has
   * mapped, and the driver unmaps each block as it leaves.
   */
  private static double coldSeconds() {
    GpuModel model = GpuModel.h200();
    return LAYERS
        * (LAYER / (model.prefetchLinkGBps() * 1e9)
            + LAYER / Blocks.BYTES * model.hostUnmapBlockNanos() * 1e-9);
  }

  @Test
  void theFirstLapTakesLittleMoreThanFetchingEverythingOnce() throws IOException {
    double first;
    double firstTwo;
    try (Program program = following(recorded())) {
      program.allocate(LAYERS);
      first = program.pass();

      assertThat(program.state()).contains("harmful 0").endsWith("earlier run: followed");
      assertThat(program.simulation.counters().faults()).isZero();
      assertThat(program.simulation.counters().bytesIn()).isLessThan((LAYERS + 3) * LAYER);
      assertThat(program.simulation.counters().bytesOut())
          .as("what the recorded lap only reads leaves free, but for the first launch's")
          .isLessThanOrEqualTo(2 * LAYER);
      double steady = program.pass();
      firstTwo = first + steady;
      for (int i = 0; i < 3; i++) {
        assertThat(program.pass())
            .as("what stays is decided")
            .isCloseTo(steady, withinPercentage(5));
      }
    }
    assertThat(first / coldSeconds()).isLessThan(1.1);
    try (Program program = new Program(auto(), config -> {})) {
      program.allocate(LAYERS);
      assertThat((program.pass() + program.pass()) / firstTwo)
          .as("without, what leaves is written back once")
          .isGreaterThan(1.3);
    }
  }

  @Test
  void whatIsAllocatedAfterTheLastLaunchIsLeftAloneUntilTheNext() throws IOException {
    Path schedule = recorded();
    try (Program program = following(schedule)) {
      program.allocate(2);
      program.launch(0);
      program.simulation.synchronize(StreamHandle.DEFAULT);
      long before = program.simulation.counters().bytesIn();
      assertThat(before).as("the launch's own and the one that is there").isEqualTo(2 * LAYER);

      program.allocate(4);
      program.simulation.synchronize(StreamHandle.DEFAULT);
      assertThat(program.simulation.counters().bytesIn()).isEqualTo(before);

      program.launch(1);
      program.simulation.synchronize(StreamHandle.DEFAULT);
      assertThat(program.simulation.counters().bytesIn()).isGreaterThanOrEqualTo(5 * LAYER);
    }
  }

  @Test
  void whatTheRecordedLapWritesIsNotMadeReadMostly() throws IOException {
    Path schedule =
        recorded(
            program -> {
              program.pass();
              program.launch(3, AccessKind.READ_WRITE);
            });
    try (Program program = following(schedule)) {
      program.allocate(LAYERS);
      program.pass();

      assertThat(program.readMostly(3)).isFalse();
      assertThat(program.firstReadMostly()).isPositive();
    }
  }

  @Test
  void aWriteThatTheRecordingDoesNotHaveTakesReadMostlyBackAndItStaysSo() throws IOException {
    try (Program program = following(recorded())) {
      program.allocate(LAYERS);
      program.pass();
      int layer = program.firstReadMostly();
      double update = program.seconds(() -> program.launch(layer, AccessKind.READ_WRITE));
      // A layer written while duplicated takes 32768 pages x 76 us, two and a half seconds.
      assertThat(update).isLessThan(0.2);
      program.pass();
      assertThat(program.readMostly(layer)).as("a lap has to prove it anew").isFalse();
    }
  }

  @Test
  void aProgramThatDoesSomethingElseIsPredictedWithoutTheRecording() throws IOException {
    Path schedule = recorded();
    try (Program program = following(schedule)) {
      program.allocate(LAYERS);
      for (int i = 0; i < 60; i++) { // back and forth
        program.launch(i % 12);
        program.launch(LAYERS - 1 - i % 12);
      }
      assertThat(program.state()).contains("earlier run: ").doesNotContain("earlier run: followed");
      double steady = program.seconds(() -> backAndForth(program));
      try (Program unseeded = new Program(auto(), config -> {})) {
        unseeded.allocate(LAYERS);
        for (int i = 0; i < 5; i++) {
          backAndForth(unseeded);
        }
        assertThat(steady).isLessThan(1.03 * unseeded.seconds(() -> backAndForth(unseeded)));
      }
    }
  }

  private static void backAndForth(Program program) {
    for (int i = 0; i < 12; i++) {
      program.launch(i);
      program.launch(LAYERS - 1 - i);
    }
  }

  @Test
  void aFileThatIsNoScheduleIsToldAndDoesNoHarm() throws IOException {
    Path file = Files.writeString(directory.resolve("hints.json"), "{ \"spillwayHints\": 1 }");
    try (Program program = following(file)) {
      program.allocate(LAYERS);
      program.pass();

      assertThat(program.state())
          .startsWith("on, ")
          .contains("; no earlier run: ")
          .contains("hints.json, line 1, column 3: unknown name");
    }
    try (Program program = following(directory.resolve("nowhere"))) {
      assertThat(program.state()).contains("nowhere cannot be read").contains("spillway advise");
    }
  }

  /** No lap: what is used again last would be in place, if launches went over it once. */
  private static void anyOrder(Program program) {
    Random random = new Random(1);
    for (int i = 0; i < 150; i++) {
      program.launch(random.nextInt(LAYERS));
    }
  }

  @Test
  void launchesThatReadTwentyTimesOverAreLeftLittleInPlaceThoughUsesAreKnown() throws IOException {
    Path schedule = recorded(ProfiledEngineTest::anyOrder, 1);
    double followed;
    try (Program program = following(schedule)) {
      program.allocate(LAYERS);
      followed = program.seconds(() -> anyOrder(program));
      assertThat(program.state()).contains("earlier run: ").doesNotContain("given up");
      assertThat(program.simulation.counters().zeroCopyBytes())
          .as("a few trials, each of a piece read twenty times")
          .isLessThan(4L * READS * LAYER);
    }
    try (Program program = new Program(auto(), config -> {})) {
      program.allocate(LAYERS);
      assertThat(followed).isLessThan(1.02 * program.seconds(() -> anyOrder(program)));
    }
  }

  @Test
  void aScheduleInHandNeedsNoFile() throws IOException {
    RunSchedule schedule = ScheduleFile.read(recorded());
    try (Program program = new Program(List.of(new Profiled(schedule)), config -> {})) {
      program.allocate(LAYERS);
      assertThat(program.pass() / coldSeconds()).isLessThan(1.1);
    }
  }
}
