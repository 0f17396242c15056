package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.panama.Jvm;
import io.spillway.range.Blocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A recording of any length is folded in the same memory. Two million events by default; as many as
 * {@code -Dspillway.profile.events} says otherwise.
 */
class BoundedMemoryTest {

  /** Two million in the build, which a folder that kept them would need 128 MB for. */
  private static final String EVENTS = System.getProperty("spillway.profile.events", "2000000");

  /**
   * Of 96 MB, 34 are the window's (two arrays of 16 and one of 2) and 48 what laps are looked for
   * in, at the moment when that grows. Ten million events of 64 bytes would be 640.
   */
  private static final String HEAP = "-Xmx96m";

  @TempDir Path directory;

  @Test
  void aLongRecordingTakesNoMoreMemory() {
    String output =
        Jvm.run(
            List.of(HEAP, "-XX:+UseSerialGC"),
            Map.of(),
            System.getProperty("java.class.path"),
            Fold.class,
            EVENTS);
    assertThat(output).isEqualTo(EVENTS + " events folded");
  }

  /** JFR's reader keeps a chunk's names and an event at a time; the folder the rest. */
  @Test
  void norDoesReadingIt() throws IOException {
    Path file = directory.resolve("long.jfr");
    long events = Long.parseLong(EVENTS);
    try (Recording recording = new Recording()) {
      recording.setSettings(Map.of());
      recording.enable(FaultEvent.NAME);
      recording.setDestination(file);
      recording.start();
      Random random = new Random(1);
      for (long i = 0; i < events; i++) {
        long address = Fold.BASE + random.nextInt(Fold.BLOCKS) * Blocks.BYTES;
        FaultEvent.emit(Processor.GPU, FaultAccess.READ, address, 16, i, i + 1, -1);
      }
      recording.stop();
    }
    String output =
        Jvm.run(
            List.of(HEAP, "-XX:+UseSerialGC"),
            Map.of(),
            System.getProperty("java.class.path"),
            Read.class,
            file.toString());
    assertThat(output).isEqualTo(EVENTS + " events read");
  }

  /** Reads a recording. */
  static final class Read {
    private Read() {}

    /** Prints how many events the recording has that the argument names. */
    public static void main(String[] arguments) throws IOException {
      Profile profile = ProfileReader.read(Path.of(arguments[0]));
      System.out.println(profile.totals().events() + " events read");
    }
  }

  /** Folds a program of many threads that allocates and frees, launches in laps and out of them. */
  static final class Fold {
    private static final long BASE = 1L << 40;
    private static final int BLOCKS = 4096;

    private Fold() {}

    /** Folds as many events as the argument says, and prints how many the profile has. */
    public static void main(String[] arguments) {
      long events = Long.parseLong(arguments[0]);
      ProfileFolder folder = new ProfileFolder();
      Random random = new Random(1);
      long told = 0;
      folder.allocation(
          0, BASE, BLOCKS * Blocks.BYTES, BLOCKS * Blocks.BYTES, MemoryKind.MANAGED, "a", "a", 0);
      told++;
      long launch = 0;
      while (told < events) {
        // Late by up to some thousand places, as the buffers of threads are.
        long time = told * 100 + random.nextInt(100_000);
        switch ((int) (told % 10)) {
          case 0 -> {
            long block = random.nextInt(10) == 0 ? random.nextInt(BLOCKS) : launch % BLOCKS;
            folder.access(
                told * 100,
                launch,
                "k" + launch % 7,
                0,
                BASE + block * Blocks.BYTES,
                4096,
                AccessKind.READ);
            launch++;
          }
          case 1 ->
              folder.allocation(
                  time, 1L << 44, 4096, 4096, MemoryKind.DEVICE, "Loop.run:7#" + told, "", told);
          case 2 -> folder.kernel(time, launch - 1, "kernel", time, time + 500);
          case 3, 4, 5 ->
              folder.transfer(
                  time,
                  Direction.TO_DEVICE,
                  TransferCause.COHERENCE,
                  BASE + random.nextInt(BLOCKS) * Blocks.BYTES,
                  65_536,
                  time,
                  time + 100,
                  launch - 1);
          default ->
              folder.fault(
                  time,
                  Processor.GPU,
                  FaultAccess.READ,
                  BASE + random.nextInt(BLOCKS) * Blocks.BYTES,
                  16,
                  0,
                  time,
                  time + 100,
                  launch - 1);
        }
        told++;
      }
      System.out.println(folder.finish().totals().events() + " events folded");
    }
  }
}
