package io.spillway.samples.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.access.AccessEvent;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.driver.StreamHandle;
import io.spillway.profile.Direction;
import io.spillway.profile.FaultAccess;
import io.spillway.profile.FaultEvent;
import io.spillway.profile.KernelEvent;
import io.spillway.profile.Processor;
import io.spillway.profile.TransferCause;
import io.spillway.profile.TransferEvent;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import io.spillway.samples.SpillwayCommand;
import io.spillway.samples.device.Parts;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The comparison, on recordings of which it is known whether they are right. */
class RecordingCheckTest {

  private static final long SEQUENCE = 5;
  private static final AddressRange RANGE = new AddressRange(1L << 40, 4 * ByteSize.MIB);

  /** Every other part from the second: 32 in 2 blocks. */
  private static final Parts WRITTEN = new Parts(RANGE, 1, 2);

  @TempDir Path directory;

  private Comparison compare(Runnable events) {
    Path file = directory.resolve("events.jfr");
    try (Recording recording = new Recording()) {
      recording.start();
      Launch launch = new Launch("write", 0, SEQUENCE, StreamHandle.DEFAULT);
      AccessEvent.emit(launch, new RangeAccess(RANGE, AccessKind.WRITE));
      KernelEvent.emit(SEQUENCE, 1, "write_parts", 10, 20, 0);
      events.run();
      recording.stop();
      recording.dump(file);
      return Comparison.of(
          KnownKernel.ALTERNATE_WRITER,
          WRITTEN,
          ReportedAccesses.of(ReportedAccesses.read(file), "write", WRITTEN));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static void fault(long address, FaultAccess access, long sequence) {
    FaultEvent.emit(Processor.GPU, access, address, 1, 11, 12, sequence);
  }

  private static void everyPart() {
    for (AddressRange part : WRITTEN.ranges()) {
      fault(part.address() + 4 * ByteSize.KIB, FaultAccess.WRITE, SEQUENCE);
    }
  }

  @Test
  void exactlyWhatWasTouchedMatches() {
    Comparison comparison =
        compare(
            () -> {
              everyPart();
              fault(WRITTEN.ranges().getFirst().address(), FaultAccess.WRITE, SEQUENCE);
              TransferEvent.emit(
                  Direction.TO_DEVICE,
                  TransferCause.COHERENCE,
                  RANGE.address(),
                  65_536,
                  11,
                  12,
                  SEQUENCE);
              // Not this kernel's doing.
              FaultEvent.emit(
                  Processor.CPU, FaultAccess.READ, RANGE.address(), 1, 30, 30, SEQUENCE);
              fault(RANGE.end(), FaultAccess.READ, 9);
            });
    assertThat(comparison.matches()).isTrue();
    assertThat(comparison.blocksAlike()).isEqualTo(2);
    assertThat(comparison.accesses()).isEqualTo("33 WRITE");
    assertThat(comparison.reported().bytesToDevice()).isEqualTo(65_536);
  }

  @Test
  void aPartThatIsMissingDiffers() {
    Comparison comparison =
        compare(
            () ->
                WRITTEN.ranges().stream()
                    .skip(1)
                    .forEach(part -> fault(part.address(), FaultAccess.WRITE, SEQUENCE)));
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.blocksAlike()).isEqualTo(1);
    assertThat(comparison.blocksMissed()).isZero();
  }

  @Test
  void aBlockThatIsMissingIsCounted() {
    Comparison comparison =
        compare(() -> fault(WRITTEN.ranges().getFirst().address(), FaultAccess.WRITE, SEQUENCE));
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.blocksMissed()).isEqualTo(1);
  }

  @Test
  void aPartThatWasNotTouchedDiffers() {
    Comparison comparison =
        compare(
            () -> {
              everyPart();
              fault(RANGE.address(), FaultAccess.WRITE, SEQUENCE);
            });
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.partsStray()).isEqualTo(1);
    assertThat(comparison.blocksAlike()).isEqualTo(1);
  }

  @Test
  void anAccessOfAnotherKindDiffers() {
    Comparison comparison =
        compare(
            () -> {
              everyPart();
              fault(WRITTEN.ranges().getLast().address(), FaultAccess.READ, SEQUENCE);
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
              fault(WRITTEN.ranges().getLast().address(), FaultAccess.WRITE, -1);
            });
    assertThat(comparison.matches()).isFalse();
    assertThat(comparison.reported().faultsOfNobody()).isEqualTo(1);
  }

  @Test
  void partsAreCountedFromTheFirst() {
    assertThat(WRITTEN.count()).isEqualTo(32);
    assertThat(WRITTEN.ranges()).hasSize(32);
    assertThat(WRITTEN.ranges().getFirst())
        .isEqualTo(new AddressRange(RANGE.address() + 65_536, 65_536));
    assertThat(WRITTEN.ranges().getLast().end()).isEqualTo(RANGE.end());
    assertThat(new Parts(RANGE, 2, 5).ranges())
        .hasSize(13)
        .last()
        .isEqualTo(new AddressRange(RANGE.address() + 62 * 65_536L, 65_536));
    assertThat(new Parts(RANGE, 63, 1).count()).isEqualTo(1);
    assertThatThrownBy(() -> new Parts(RANGE, 64, 1)).isInstanceOf(IllegalArgumentException.class);
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
