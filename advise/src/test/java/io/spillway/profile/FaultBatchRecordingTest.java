package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.LaunchScope;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessEvent;
import io.spillway.allocate.AllocationEvent;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.range.Blocks;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What an H200 did, as CUPTI 13.0 told it: a kernel that reads a word of every third 64 KiB of an
 * allocation, and one that writes a word of every other of another's, where each of 20 records
 * stands for a batch of faults. Of the transfers those of the first two blocks of each.
 */
class FaultBatchRecordingTest {

  private static final int BLOCKS = 2;
  private static final int PARTS = 32 * BLOCKS;
  private static final long KIB = 1024;

  /** When the first launch ran, by the device's clock, which was told as 0 before. */
  private static final long RUN_NANOS = 1_000_000;

  /** Launches ran one after the other, each for less than this. */
  private static final long LAUNCH_NANOS = 10_000_000;

  @TempDir Path directory;

  /** One line of the fixture. */
  private record Line(
      int launch, String event, String name, long offset, long bytes, long start, long end) {

    static Line of(String text) {
      String[] fields = text.split(",", -1);
      int launch = Integer.parseInt(fields[0]);
      long began = RUN_NANOS + launch * LAUNCH_NANOS;
      return new Line(
          launch,
          fields[1],
          fields[2],
          Long.parseLong(fields[3]) * KIB,
          Long.parseLong(fields[4]) * KIB,
          began + Long.parseLong(fields[5]),
          began + Long.parseLong(fields[6]));
    }

    void emit(long address) {
      if (event.equals("FAULT")) {
        FaultAccess access = FaultAccess.valueOf(name);
        FaultEvent.emit(Processor.GPU, access, address + offset, 1, start, end, launch);
      } else {
        TransferCause cause = TransferCause.valueOf(name);
        TransferEvent.emit(Direction.TO_DEVICE, cause, address + offset, bytes, start, end, launch);
      }
    }
  }

  private static List<Line> lines() throws IOException {
    try (InputStream stream =
        FaultBatchRecordingTest.class.getResourceAsStream("fault-batches.csv")) {
      String text =
          new String(Objects.requireNonNull(stream).readAllBytes(), StandardCharsets.UTF_8);
      return text.lines().filter(line -> !line.startsWith("#")).map(Line::of).toList();
    }
  }

  /** Device events are written when their buffer comes, faults before transfers. */
  private Profile recorded(List<Line> lines) throws IOException {
    Path file = directory.resolve("batches.jfr");
    try (Recording recording = new Recording();
        SimulatedDriver driver = SimulatedDriver.open(GpuModel.h200());
        Spillway session =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(driver)
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(1L << 40))
                    .build())) {
      recording.setSettings(Map.of());
      for (String name :
          List.of(
              AllocationEvent.NAME,
              AccessEvent.NAME,
              RecordingEvent.NAME,
              FaultEvent.NAME,
              TransferEvent.NAME)) {
        recording.enable(name);
      }
      recording.start();
      Allocation read = session.allocate(BLOCKS * Blocks.BYTES, Placement.MANAGED, "read");
      Allocation written = session.allocate(BLOCKS * Blocks.BYTES, Placement.MANAGED, "written");
      List<Allocation> allocations = List.of(read, written);
      for (Allocation allocation : allocations) {
        try (LaunchScope scope = session.launch(allocation.label(), 0)) {
          scope.reads(allocation);
        }
      }
      RecordingEvent.emit("CUPTI", "", MachineFigures.UNKNOWN, 0);
      for (String event : List.of("FAULT", "TRANSFER")) {
        lines.stream()
            .filter(line -> line.event().equals(event))
            .forEach(line -> line.emit(allocations.get(line.launch()).range().address()));
      }
      recording.stop();
      recording.dump(file);
      read.close();
      written.close();
    }
    return ProfileReader.read(file);
  }

  private static long everyNth(int block, int nth, int first) {
    long parts = 0;
    for (int part = first; part < PARTS; part += nth) {
      parts |= part / 32 == block ? 1L << part % 32 : 0;
    }
    return parts;
  }

  @Test
  void everyPartThatAKernelTouchedIsKnownAndHow() throws IOException {
    Profile profile = recorded(lines());
    Columns<BlockMeasure> read = profile.allocations().getFirst().blocks();
    Columns<BlockMeasure> written = profile.allocations().getLast().blocks();
    for (int block = 0; block < BLOCKS; block++) {
      assertThat(read.get(BlockMeasure.FAULTED_PARTS, block)).isEqualTo(everyNth(block, 3, 0));
      assertThat(read.get(BlockMeasure.WRITE_FAULTED_PARTS, block)).isZero();
      assertThat(read.get(BlockMeasure.LAST_READ, block)).isZero();
      assertThat(read.get(BlockMeasure.FIRST_WRITE, block)).isEqualTo(Measure.NEVER);
      assertThat(written.get(BlockMeasure.FAULTED_PARTS, block)).isEqualTo(everyNth(block, 2, 1));
      assertThat(written.get(BlockMeasure.WRITE_FAULTED_PARTS, block))
          .isEqualTo(everyNth(block, 2, 1));
      assertThat(written.get(BlockMeasure.FIRST_WRITE, block)).isEqualTo(1);
      assertThat(written.get(BlockMeasure.LAST_WRITE, block)).isEqualTo(1);
    }
    assertThat(read.total(BlockMeasure.GPU_READ_FAULTS)).isEqualTo(10);
    assertThat(written.total(BlockMeasure.GPU_WRITE_FAULTS)).isEqualTo(10);
    assertThat(profile.totals().unattributed()).isZero();
    assertThat(profile.totals().unknownAddresses()).isZero();
    assertThat(profile.totals().lateEvents()).isZero();
  }
}
