package io.spillway.benchmarks.jmh;

import io.spillway.Allocation;
import io.spillway.LaunchScope;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessEvent;
import io.spillway.access.AccessKind;
import io.spillway.allocate.AllocationEvent;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.MemoryKind;
import io.spillway.allocate.Placement;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.profile.Direction;
import io.spillway.profile.FaultAccess;
import io.spillway.profile.FaultEvent;
import io.spillway.profile.KernelEvent;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.Processor;
import io.spillway.profile.Profile;
import io.spillway.profile.ProfileFolder;
import io.spillway.profile.ProfileReader;
import io.spillway.profile.RecordingEvent;
import io.spillway.profile.TransferCause;
import io.spillway.profile.TransferEvent;
import io.spillway.range.Blocks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A recorded event: read from its file, folded, and both. The program reads 48 layers of 256 MiB, a
 * launch each with 16 faults and 16 transfers.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(value = 2, jvmArgsAppend = "-XX:+UseSerialGC")
public class ProfileFolding {

  private static final int LAUNCHES = 20_000;
  private static final int FAULTS = 16;
  private static final int EVENTS = LAUNCHES * (2 * FAULTS + 2);

  private static final List<String> EVENT_NAMES =
      List.of(
          AllocationEvent.NAME,
          AccessEvent.NAME,
          RecordingEvent.NAME,
          FaultEvent.NAME,
          TransferEvent.NAME,
          KernelEvent.NAME);

  private static final int LAYERS = 48;
  private static final long LAYER_BYTES = 128 * Blocks.BYTES;

  /** A layer's faults, evenly over it. */
  private static final long STRIDE_BYTES = LAYER_BYTES / FAULTS;

  private static final long BASE = 1L << 40;

  private Path file = Path.of("");

  /** Called by JMH. */
  public ProfileFolding() {}

  /** Records a session's own events, and a device's as a tool would write them. */
  @Setup
  public void record() throws IOException {
    file = Files.createTempFile("folding", ".jfr");
    try (Recording recording = new Recording();
        SimulatedDriver driver = SimulatedDriver.open(GpuModel.h200());
        Spillway session =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(driver)
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(Long.MAX_VALUE / 2))
                    .build())) {
      recording.setSettings(Map.of());
      for (String name : EVENT_NAMES) {
        recording.enable(name);
      }
      recording.start();
      RecordingEvent.emit("benchmark", "", MachineFigures.UNKNOWN, System.nanoTime());
      Allocation weights = session.allocate(LAYERS * LAYER_BYTES, Placement.MANAGED, "weights");
      for (int launch = 0; launch < LAUNCHES; launch++) {
        long offset = launch % LAYERS * LAYER_BYTES;
        try (LaunchScope scope = session.launch("layer", launch % LAYERS)) {
          scope.reads(weights, offset, LAYER_BYTES);
        }
        emitDeviceEvents(launch, weights.range().address() + offset);
      }
      recording.stop();
      recording.dump(file);
      weights.close();
    }
  }

  private static void emitDeviceEvents(int launch, long layer) {
    long time = System.nanoTime();
    for (int i = 0; i < FAULTS; i++) {
      long address = layer + i * STRIDE_BYTES;
      FaultEvent.emit(Processor.GPU, FaultAccess.READ, address, 16, time + i, time + i + 1, launch);
      TransferEvent.emit(
          Direction.TO_DEVICE,
          TransferCause.COHERENCE,
          address,
          Blocks.BYTES,
          time + i,
          time + i + 1,
          launch);
    }
    KernelEvent.emit(launch, launch, "layer", time, time + 1000, 0);
  }

  /** Deletes the recording. */
  @TearDown
  public void delete() throws IOException {
    Files.deleteIfExists(file);
  }

  /** Told directly. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public Profile fold() {
    ProfileFolder folder = new ProfileFolder();
    folder.allocation(
        0,
        BASE,
        LAYERS * LAYER_BYTES,
        LAYERS * LAYER_BYTES,
        MemoryKind.MANAGED,
        "weights",
        "weights",
        0);
    for (int launch = 0; launch < LAUNCHES; launch++) {
      long layer = BASE + launch % LAYERS * LAYER_BYTES;
      long time = launch * 1000L;
      folder.access(time, launch, "layer", launch % LAYERS, layer, LAYER_BYTES, AccessKind.READ);
      for (int i = 0; i < FAULTS; i++) {
        long address = layer + i * STRIDE_BYTES;
        folder.fault(
            time + i,
            Processor.GPU,
            FaultAccess.READ,
            address,
            16,
            0,
            time + i,
            time + i + 1,
            launch);
        folder.transfer(
            time + i,
            Direction.TO_DEVICE,
            TransferCause.COHERENCE,
            address,
            Blocks.BYTES,
            time + i,
            time + i + 1,
            launch);
      }
      folder.kernel(time + FAULTS, launch, "layer", time, time + 1000);
    }
    return folder.finish();
  }

  /** Read and folded. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public Profile readAndFold() throws IOException {
    return ProfileReader.read(file);
  }

  /** Read, and nothing asked of the events: the least that JFR takes. */
  @Benchmark
  @OperationsPerInvocation(EVENTS)
  public long read() throws IOException {
    long events = 0;
    try (RecordingFile recording = new RecordingFile(file)) {
      while (recording.hasMoreEvents()) {
        recording.readEvent();
        events++;
      }
    }
    return events;
  }
}
