package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.LaunchScope;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.SimulationEvent;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A program on the simulator, recorded by JFR and read back: the profile is what the machine did.
 */
class RecordingTest {

  private static final int LAYERS = 6;
  private static final long LAYER_BYTES = 8 * Blocks.BYTES;
  private static final long BUDGET_BYTES = 3 * LAYER_BYTES;

  @TempDir Path directory;
  private final List<SimulationEvent> happened = new ArrayList<>();
  private SimulationCounters counters;

  /** A lap of layers, one after the other, that read their weights and update their state. */
  private Profile profileOf(int laps, int chunks) throws IOException {
    happened.clear();
    Path file = directory.resolve(laps + "-" + chunks + ".jfr");
    GpuModel model = GpuModel.h200();
    SimulationRecorder recorder = new SimulationRecorder(model);
    try (Recording recording = new Recording();
        SimulatedDriver driver =
            SimulatedDriver.builder(model)
                .deviceBytes(BUDGET_BYTES)
                .observer(
                    event -> {
                      happened.add(event);
                      recorder.observe(event);
                    })
                .open()) {
      recording.setSettings(Map.of());
      for (String name : Events.NAMES) {
        recording.enable(name);
      }
      recording.start();
      SpillwayConfig config =
          SpillwayConfig.builder()
              .driver(driver)
              .hostMemoryGuard(HostMemoryGuard.ofBytes(1L << 40))
              .plugins(List.of(recorder))
              .build();
      try (Spillway session = Spillway.open(config)) {
        run(session, driver, laps, chunks);
      }
      counters = driver.counters();
      recording.stop();
      recording.dump(file);
    }
    return ProfileReader.read(file);
  }

  private static void run(Spillway session, SimulatedDriver driver, int laps, int chunks) {
    Allocation weights = session.allocate(LAYERS * LAYER_BYTES, Placement.MANAGED, "weights");
    Allocation state = session.allocate(Blocks.BYTES, Placement.MANAGED, "state");
    driver.hostTouch(weights.range(), TouchKind.WRITE);
    for (int lap = 0; lap < laps; lap++) {
      for (int layer = 0; layer < LAYERS; layer++) {
        AddressRange range = weights.range().slice(layer * LAYER_BYTES, LAYER_BYTES);
        try (LaunchScope scope = session.launch("layer", layer)) {
          scope.reads(weights, layer * LAYER_BYTES, LAYER_BYTES).updates(state);
          driver.launch(
              SimulatedKernel.of("layer", Access.read(range), Access.readWrite(state.range())),
              StreamHandle.DEFAULT);
        }
        if (layer < chunks) {
          anotherChunk();
        }
      }
      driver.synchronize(StreamHandle.DEFAULT);
    }
  }

  /** Begins a chunk, in which what is live and how it is recorded is told again. */
  private static void anotherChunk() {
    try (Recording other = new Recording()) {
      other.start();
    }
  }

  @Test
  void theProfileIsWhatTheMachineDid() throws IOException {
    Profile profile = profileOf(10, 0);
    ProfileTotals totals = profile.totals();
    assertThat(totals.bytes(Direction.TO_DEVICE)).isEqualTo(counters.bytesIn());
    assertThat(totals.bytes(Direction.TO_HOST)).isEqualTo(counters.bytesOut());
    assertThat(totals.launches()).isEqualTo(10L * LAYERS);
    assertThat(totals.kernels()).isEqualTo(10L * LAYERS);
    assertThat(totals.unknownAddresses()).isZero();
    assertThat(totals.unattributed()).isZero();
    assertThat(totals.lateEvents()).isZero();
    assertThat(totals.bytesToHost().get(TransferCause.EVICTION)).isPositive();
    assertThat(profile.recording().tools()).containsExactly("simulator");
    assertThat(profile.recording().missing()).isEmpty();
    assertThat(profile.recording().machine().simulated()).isTrue();
    assertThat(profile.recording().machine().deviceTotalBytes()).isEqualTo(BUDGET_BYTES);
    assertThat(profile.recording().droppedTotal()).isZero();
    assertThat(profile.allocations())
        .extracting(AllocationProfile::site)
        .containsExactly("weights", "state");
    assertThat(profile.sites()).hasSize(1);
    assertThat(profile.sites().getFirst().kind()).isEqualTo(LaunchKind.DECLARED);
    assertThat(profile.sites().getFirst().function()).isEqualTo("layer");
    assertThat(profile.sites().getFirst().run().count()).isEqualTo(10L * LAYERS);
    assertThat(profile.sites().getFirst().stallNanos()).isEqualTo(totals.faultNanos());
  }

  /** What each block saw, against the machine's own events. */
  @Test
  void faultsAndTransfersAreThoseOfTheirBlocks() throws IOException {
    Profile profile = profileOf(6, 0);
    Map<String, Long> expected = new HashMap<>();
    Map<String, Long> parts = new HashMap<>();
    for (SimulationEvent event : happened) {
      switch (event) {
        case SimulationEvent.Fault fault -> {
          String who =
              fault.processor() == SimulationEvent.Processor.DEVICE ? "GPU faults " : "CPU faults ";
          expected.merge(who + block(profile, fault.address()), (long) fault.entries(), Long::sum);
          if (fault.processor() == SimulationEvent.Processor.DEVICE) {
            parts.merge(
                block(profile, fault.address()),
                Integer.toUnsignedLong(fault.parts()),
                (a, b) -> a | b);
          }
        }
        case SimulationEvent.Transfer transfer ->
            expected.merge(
                transfer.direction() + " " + block(profile, transfer.address()),
                transfer.bytes(),
                Long::sum);
        default -> {}
      }
    }
    Map<String, Long> actual = new HashMap<>();
    for (AllocationProfile allocation : profile.allocations()) {
      Columns<BlockMeasure> blocks = allocation.blocks();
      for (int block = 0; block < blocks.rows(); block++) {
        String name = allocation.label() + block;
        put(
            actual,
            "GPU faults " + name,
            blocks.get(BlockMeasure.GPU_READ_FAULTS, block)
                + blocks.get(BlockMeasure.GPU_WRITE_FAULTS, block));
        put(
            actual,
            "CPU faults " + name,
            blocks.get(BlockMeasure.CPU_READ_FAULTS, block)
                + blocks.get(BlockMeasure.CPU_WRITE_FAULTS, block));
        for (Direction direction : Direction.values()) {
          long bytes = 0;
          for (TransferCause cause : TransferCause.values()) {
            bytes += blocks.get(BlockMeasure.transferred(direction, cause), block);
          }
          put(actual, direction + " " + name, bytes);
        }
        assertThat(blocks.get(BlockMeasure.FAULTED_PARTS, block))
            .isEqualTo(parts.getOrDefault(name, 0L));
      }
    }
    assertThat(actual).isEqualTo(expected);
    Columns<BlockMeasure> weights = profile.allocations().getFirst().blocks();
    assertThat(weights.total(BlockMeasure.GPU_WRITE_FAULTS)).isZero();
    assertThat(weights.total(BlockMeasure.FIRST_WRITE)).isEqualTo(Measure.NEVER);
    assertThat(profile.allocations().getFirst().writtenAfter(-1)).isFalse();
    assertThat(profile.allocations().getLast().writtenAfter(-1)).isTrue();
  }

  private static void put(Map<String, Long> map, String name, long value) {
    if (value != 0) {
      map.put(name, value);
    }
  }

  private static String block(Profile profile, long address) {
    for (AllocationProfile allocation : profile.allocations()) {
      long offset = address - allocation.address();
      if (offset >= 0 && offset < allocation.bytes()) {
        return allocation.label() + offset / Blocks.BYTES;
      }
    }
    throw new AssertionError("no allocation at " + address);
  }

  @Test
  void theLapIsThatOfTheProgram() throws IOException {
    Profile profile = profileOf(10, 0);
    PhaseProfile phase = profile.mainPhase().orElseThrow();
    assertThat(profile.phases()).hasSize(2);
    assertThat(profile.phases().getFirst().launches()).isZero();
    assertThat(phase.laps()).isEqualTo(10);
    assertThat(phase.observedLaps()).isEqualTo(8);
    assertThat(phase.firstSequence()).isZero();
    assertThat(phase.lastSequence()).isEqualTo(10L * LAYERS - 1);
    assertThat(phase.schedule().length()).isEqualTo(LAYERS);
    for (int step = 0; step < LAYERS; step++) {
      LaunchShape shape = phase.schedule().step(step);
      assertThat(shape.ordinal()).isEqualTo(step);
      assertThat(shape.launches()).isEqualTo(10);
      assertThat(shape.meanNanos()).isPositive();
      assertThat(shape.meanStallNanos()).isPositive().isLessThan(shape.meanNanos());
      assertThat(shape.accesses()).hasSize(2);
      assertThat(shape.accesses().getFirst().offset()).isEqualTo(step * LAYER_BYTES);
      assertThat(shape.accesses().getFirst().bytes()).isEqualTo(LAYER_BYTES);
    }
    assertThat(phase.lapTime().count()).isGreaterThanOrEqualTo(7);
    Columns<BlockMeasure> weights = phase.blocks().getFirst();
    Columns<BlockMeasure> state = phase.blocks().getLast();
    int perLayer = (int) (LAYER_BYTES / Blocks.BYTES);
    for (int block = 0; block < LAYERS * perLayer; block++) {
      assertThat(weights.get(BlockMeasure.LAP_TOUCHES, block)).isEqualTo(1);
      assertThat(weights.get(BlockMeasure.FIRST_IN_LAP, block)).isEqualTo(block / perLayer);
      assertThat(weights.get(BlockMeasure.LAST_IN_LAP, block)).isEqualTo(block / perLayer);
      // Everything but its own layer.
      assertThat(weights.get(BlockMeasure.LAP_REUSE_BYTES, block))
          .isEqualTo((LAYERS - 1) * LAYER_BYTES + Blocks.BYTES);
      assertThat(weights.get(BlockMeasure.FIRST_FAULT_IN_LAP, block)).isEqualTo(block / perLayer);
      // LRU loses all of it in every lap.
      assertThat(weights.get(BlockMeasure.FAULT_LAPS, block)).isEqualTo(8);
    }
    assertThat(state.get(BlockMeasure.LAP_TOUCHES, 0)).isEqualTo(LAYERS);
    assertThat(state.get(BlockMeasure.LAP_REUSE_BYTES, 0)).isZero();
  }

  @Test
  void howTheRecordingIsCutIntoChunksDoesNotMatter() throws IOException {
    assertThat(profileOf(4, 3)).isEqualTo(profileOf(4, 0));
  }

  /** What Spillway records. */
  private static final class Events {
    static final List<String> NAMES =
        List.of(
            "io.spillway.Session",
            "io.spillway.Allocation",
            "io.spillway.Free",
            "io.spillway.Launch",
            "io.spillway.Access",
            "io.spillway.Hint",
            "io.spillway.Move",
            "io.spillway.Drop",
            "io.spillway.Kernel",
            "io.spillway.Fault",
            "io.spillway.Transfer",
            "io.spillway.Contention",
            "io.spillway.Recording",
            "io.spillway.RecordingEnd");

    private Events() {}
  }
}
