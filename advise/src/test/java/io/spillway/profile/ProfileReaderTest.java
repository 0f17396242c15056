package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What is no recording, or another version's, is refused with the file, the event and the field.
 */
class ProfileReaderTest {

  @TempDir Path directory;

  private Path recorded(Runnable work) throws IOException {
    Path file = directory.resolve("made.jfr");
    try (Recording recording = new Recording()) {
      recording.setSettings(Map.of());
      recording.start();
      for (String name :
          new String[] {
            FaultEvent.NAME, TransferEvent.NAME, RecordingEvent.NAME, KernelEvent.NAME
          }) {
        recording.enable(name);
      }
      work.run();
      recording.stop();
      recording.dump(file);
    }
    return file;
  }

  @Test
  void aFileThatIsNotThereIsNoBrokenRecording() {
    Path missing = directory.resolve("none.jfr");
    assertThatThrownBy(() -> ProfileReader.read(missing)).isInstanceOf(NoSuchFileException.class);
  }

  @Test
  void whatIsNoRecordingIsRefusedByName() throws IOException {
    Path text = directory.resolve("notes.txt");
    Files.writeString(text, "not a recording, but long enough to be looked at as if it were one");
    assertThatThrownBy(() -> ProfileReader.read(text))
        .isInstanceOf(ProfileException.class)
        .hasMessageStartingWith(text + ": not a JFR recording");
    Path empty = directory.resolve("empty.jfr");
    Files.createFile(empty);
    assertThatThrownBy(() -> ProfileReader.read(empty))
        .isInstanceOf(ProfileException.class)
        .hasMessageStartingWith(empty.toString());
  }

  @Test
  void recordingsThatAreCutOffAreRefused() throws IOException {
    Path whole =
        recorded(
            () -> {
              for (int i = 0; i < 100; i++) {
                KernelEvent.emit(i, i, "kernel", i * 1000L, i * 1000L + 500, 0);
              }
            });
    byte[] bytes = Files.readAllBytes(whole);
    Path cut = directory.resolve("cut.jfr");
    for (int length = 1; length < bytes.length; length += bytes.length / 50) {
      Files.write(cut, Arrays.copyOf(bytes, length));
      assertThatThrownBy(() -> ProfileReader.read(cut))
          .isInstanceOf(ProfileException.class)
          .hasMessageStartingWith(cut.toString());
    }
  }

  @Test
  void aConstantThatIsNoneIsNamed() throws IOException {
    Path file = recorded(() -> new OddContention().commit());
    assertThatThrownBy(() -> ProfileReader.read(file))
        .isInstanceOf(ProfileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(ContentionEvent.NAME)
        .hasMessageContaining("'kind'")
        .hasMessageContaining("SHOVING")
        .hasMessageContaining("THRASHING");
  }

  @Test
  void aFieldThatIsMissingIsNamed() throws IOException {
    Path file = recorded(() -> new OldKernel().commit());
    assertThatThrownBy(() -> ProfileReader.read(file))
        .isInstanceOf(ProfileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(KernelEvent.NAME)
        .hasMessageContaining("'function'");
  }

  @Test
  void aFieldOfAnotherTypeIsNamed() throws IOException {
    Path file = recorded(() -> new TextKernel().commit());
    assertThatThrownBy(() -> ProfileReader.read(file))
        .isInstanceOf(ProfileException.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining(KernelEvent.NAME)
        .hasMessageContaining("'startNanos' of type long");
  }

  @Test
  void aLaterFormIsRefused() throws IOException {
    Path file = recorded(() -> new LaterRecording().commit());
    assertThatThrownBy(() -> ProfileReader.read(file))
        .isInstanceOf(ProfileException.class)
        .hasMessageContaining(RecordingEvent.NAME)
        .hasMessageContaining("'form'")
        .hasMessageContaining("99")
        .hasMessageContaining("up to " + RecordingEvent.FORM);
  }

  @Test
  void eventsOfOthersAreSkippedAndSilenceIsSaid() throws IOException {
    Profile profile = ProfileReader.read(recorded(() -> {}));
    assertThat(profile.totals().events()).isZero();
    assertThat(profile.recording().tools()).isEmpty();
    assertThat(profile.recording().missing()).hasSize(1);
    assertThat(profile.recording().machine()).isEqualTo(MachineFigures.UNKNOWN);
  }

  /** Device events are put in order by the device's clock, though they are written late. */
  @Test
  void deviceEventsAreOrderedByTheirOwnClock() throws IOException {
    Path file =
        recorded(
            () -> {
              RecordingEvent.emit("test", "nothing", MachineFigures.UNKNOWN, 1_000_000);
              TransferEvent.emit(
                  Direction.TO_DEVICE, TransferCause.COHERENCE, 4096, 100, 900_000, 900_100, -1);
              TransferEvent.emit(
                  Direction.TO_DEVICE, TransferCause.COHERENCE, 4096, 100, 701_500, 701_600, -1);
            });
    Profile profile = ProfileReader.read(file);
    assertThat(profile.timeline().startNanos()).isEqualTo(701_500);
    assertThat(profile.totals().lateEvents()).isZero();
    assertThat(profile.recording().missing()).containsExactly("nothing");
    assertThat(profile.recording().tools()).containsExactly("test");
  }

  @Name(ContentionEvent.NAME)
  private static final class OddContention extends Event {
    String kind = "SHOVING";
    String processor = "GPU";
    long address;
    long bytes;
    long startNanos;
    long endNanos;
    long sequence;
  }

  @Name(KernelEvent.NAME)
  private static final class OldKernel extends Event {
    long sequence;
    long startNanos;
    long endNanos;
  }

  @Name(KernelEvent.NAME)
  private static final class TextKernel extends Event {
    long sequence;
    String function = "";
    String startNanos = "0";
    long endNanos;
  }

  @Name(RecordingEvent.NAME)
  private static final class LaterRecording extends Event {
    int form = 99;
    String tool = "";
    String missing = "";
    long clockNanos;
    String device = "";
    boolean simulated;
    long deviceTotalBytes;
    long budgetBytes;
    double linkToDeviceBytesPerSecond;
    double linkToHostBytesPerSecond;
    double firstWriteBackBytesPerSecond;
    double faultBytesPerSecond;
    double readMostlyFaultBytesPerSecond;
    double zeroCopyBytesPerSecond;
    double dropBytesPerSecond;
    double readMostlyWriteBytesPerSecond;
    double readMostlySetBytesPerSecond;
    double deviceBytesPerSecond;
  }
}
