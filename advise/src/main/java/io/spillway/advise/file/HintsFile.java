package io.spillway.advise.file;

import io.spillway.advise.Recommendation;
import io.spillway.advise.SiteHint;
import io.spillway.profile.MachineFigures;
import io.spillway.profile.RecordingFacts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A hints file's contents.
 *
 * @param recorded what the hints were made from, for people
 * @param hints what the next run is to be given
 * @param proposals what only the program's author can do; not applied
 */
public record HintsFile(Recorded recorded, List<SiteHint> hints, List<SiteHint> proposals) {

  /** The version this reads and writes. */
  public static final int VERSION = 1;

  /** The largest file read: 16 MiB, some 30,000 hints. A judgement. */
  public static final long MOST_BYTES = 16 << 20;

  /** Copies the lists. */
  public HintsFile {
    hints = List.copyOf(hints);
    proposals = List.copyOf(proposals);
  }

  /**
   * What hints were made from.
   *
   * @param device the device's name
   * @param simulated whether that was a simulation
   * @param budgetBytes the most managed memory kept on it; 0 if not told
   * @param tools what recorded
   */
  public record Recorded(String device, boolean simulated, long budgetBytes, List<String> tools) {

    /** Copies the list. */
    public Recorded {
      tools = List.copyOf(tools);
    }

    /** What {@code facts} say. */
    public static Recorded of(RecordingFacts facts) {
      MachineFigures machine = facts.machine();
      return new Recorded(
          machine.device(), machine.simulated(), machine.budgetBytes(), facts.tools());
    }
  }

  /** The file of {@code advice}. */
  public static HintsFile of(Recommendation advice) {
    return new HintsFile(
        Recorded.of(advice.profile().recording()), advice.siteHints(), advice.siteProposals());
  }

  /**
   * Reads a file.
   *
   * @throws HintsFileException if it is no hints file that can be used
   * @throws IOException if it cannot be read
   */
  public static HintsFile read(Path file) throws IOException {
    if (Files.size(file) > MOST_BYTES) {
      throw new HintsFileException(
          file.toString(),
          1,
          1,
          "%d bytes are more than the %d a hints file may have; make it anew with spillway advise"
              .formatted(Files.size(file), MOST_BYTES));
    }
    return parse(Files.readAllBytes(file), file.toString());
  }

  /**
   * Reads the bytes of a file.
   *
   * @param name for messages
   * @throws HintsFileException if they are not those of a hints file
   */
  public static HintsFile parse(byte[] bytes, String name) throws HintsFileException {
    return HintsReader.read(bytes, name);
  }

  /** As JSON text. */
  public String text() {
    return HintsWriter.text(this);
  }

  /**
   * Writes a file, replacing what is there.
   *
   * @throws IOException if that fails
   */
  public void write(Path file) throws IOException {
    Files.writeString(file, text());
  }
}
