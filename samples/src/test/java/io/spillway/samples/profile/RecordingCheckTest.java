package io.spillway.samples.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessEvent;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.Placement;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.GpuModel;
import io.spillway.profile.Direction;
import io.spillway.profile.FaultAccess;
import io.spillway.profile.FaultEvent;
import io.spillway.profile.KernelEvent;
import io.spillway.profile.Processor;
import io.spillway.profile.ProfileReader;
import io.spillway.profile.TransferCause;
import io.spillway.profile.TransferEvent;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import io.spillway.samples.SpillwayCommand;
import io.spillway.samples.device.Devices;
import io.spillway.samples.device.Machine;
import io.spillway.samples.device.Parts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison, on recordings of which it is known whether they are right. */
class RecordingCheckTest {

  private static final long SEQUENCE = 5;
  private static final long BYTES = 4 * ByteSize.MIB;

  @TempDir Path directory;

  private AddressRange range = new AddressRange(1L << 40, BYTES);

  /** Every other part from the second: 32 in 2 blocks. */
  private Parts written = new Parts(range, 1, 2);

  private Comparison compare(Runnable events) {
    Path file = directory.resolve("events.jfr");
    try (Recording recording = new Recording();
        Machine machine = Devices.simulate(GpuModel.h200(), false)) {
      recording.start();
      try (Spillway session =
          Spillway.open(SpillwayConfig.builder().driver(machine.driver()).build())) {
        range = session.allocate(BYTES, Placement.MANAGED, "write").range();
        written = new Parts(range, 1, 2);
        Launch launch = new Launch("write", 0, SEQUENCE, StreamHandle.DEFAULT);
        AccessEvent.emit(launch, new RangeAccess(range, AccessKind.WRITE));
        KernelEvent.emit(SEQUENCE, 1, "write_parts", 10, 20, 0);
        events.run();
      }
      recording.stop();
      recording.dump(file);
      return Comparison.of(
          KnownKernel.ALTERNATE_WRITER,
          written,
          ReportedAccesses.of(
              ReportedAccesses.read(file), ProfileReader.read(file), "write", written));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void fault(long address, FaultAccess access, long sequence) {
    FaultEvent.emit(Processor.GPU, access, address, 1, 11, 12, sequence);
  }

  private void everyPart() {
    for (AddressRange part : written.ranges()) {
      fault(part.address() + 4 * ByteSize.KIB, FaultAccess.WRITE, SEQUENCE);
    }
  }

  @Test
  void exactlyWhatWasTouchedMatches() {
    Comparison comparison =
        compare(
            () -> {
              everyPart();
              fault(written.ranges().getFirst().address(), FaultAccess.WRITE, SEQUENCE);
              TransferEvent.emit(
                  Direction.TO_DEVICE,
                  TransferCause.COHERENCE,
                  written.ranges().getFirst().address(),
                  65_536,
                  11,
                  12,
                  SEQUENCE);
              // Not this kernel's doing.
              FaultEvent.emit(
                  Processor.CPU, FaultAccess.READ, range.address(), 1, 30, 30, SEQUENCE);
              fault(range.end(), FaultAccess.READ, 9);
            });
    assertThat(comparison.matches()).isTrue();
    assertThat(comparison.blocksAlike()).isEqualTo(2);
    assertThat(comparison.blocksToldRight()).isEqualTo(2);
    assertThat(comparison.accesses()).isEqualTo("33 WRITE");
    assertThat(comparison.reported().bytesToDevice()).isEqualTo(65_536);
  }

  @Test
  void aPartThatIsMissingDiffers() {
    Comparison comparison =
        compare(
            () ->
                written.ranges().stream()
                    .skip(1)
                    .forEach(part -> fault(part.address(), FaultAccess.WRITE, SEQUENCE)));
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.blocksAlike()).isEqualTo(1);
    assertThat(comparison.blocksMissed()).isZero();
  }

  @Test
  void aBlockThatIsMissingIsCounted() {
    Comparison comparison =
        compare(() -> fault(written.ranges().getFirst().address(), FaultAccess.WRITE, SEQUENCE));
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.blocksMissed()).isEqualTo(1);
  }

  @Test
  void aPartThatWasNotTouchedDiffers() {
    Comparison comparison =
        compare(
            () -> {
              everyPart();
              fault(range.address(), FaultAccess.WRITE, SEQUENCE);
            });
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.partsStray()).isEqualTo(1);
    assertThat(comparison.blocksAlike()).isEqualTo(1);
  }

  @Test
  void writingThatIsToldAsReadingDiffers() {
    Comparison comparison =
        compare(
            () -> {
              List<AddressRange> parts = written.ranges();
              parts
                  .subList(1, parts.size())
                  .forEach(part -> fault(part.address(), FaultAccess.WRITE, SEQUENCE));
              fault(parts.getFirst().address(), FaultAccess.READ, SEQUENCE);
            });
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.blocksAlike()).isEqualTo(2);
    assertThat(comparison.blocksToldRight()).isEqualTo(1);
  }

  @Test
  void anAccessOfAnotherKindDiffers() {
    Comparison comparison =
        compare(
            () -> {
              everyPart();
              fault(written.ranges().getLast().address(), FaultAccess.READ, SEQUENCE);
            });
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.mistaken()).isEqualTo(1);
    assertThat(comparison.accesses()).isEqualTo("1 READ, 32 WRITE");
  }

  @Test
  void faultsOfAnotherLaunchDiffer() {
    Comparison comparison =
        compare(
            () -> {
              everyPart();
              fault(written.ranges().getLast().address(), FaultAccess.WRITE, -1);
            });
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.reported().faultsOfNobody()).isEqualTo(1);
  }

  @Test
  void partsAreCountedFromTheFirst() {
    assertThat(written.count()).isEqualTo(32);
    assertThat(written.ranges()).hasSize(32);
    assertThat(written.ranges().getFirst())
        .isEqualTo(new AddressRange(range.address() + 65_536, 65_536));
    assertThat(written.ranges().getLast().end()).isEqualTo(range.end());
    assertThat(new Parts(range, 2, 5).ranges())
        .hasSize(13)
        .last()
        .isEqualTo(new AddressRange(range.address() + 62 * 65_536L, 65_536));
    assertThat(new Parts(range, 63, 1).count()).isEqualTo(1);
    assertThatThrownBy(() -> new Parts(range, 64, 1)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void withoutAGpuTheCommandSaysSo() {
    StringWriter err = new StringWriter();
    int code =
        SpillwayCommand.run(
            new PrintWriter(new StringWriter()),
            new PrintWriter(err, true),
            "check-recording",
            "--size",
            "3m");
    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).startsWith("--size 3 MiB: must be a positive multiple of 2 MiB");
  }
}
