package io.spillway.profile;

import io.spillway.json.StrictJson;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A {@link RunSchedule} as a file: versioned JSON, which {@code spillway advise} writes and the
 * next run reads. Read strictly, as hints are: a schedule that is half understood would fetch the
 * wrong data. Stateless.
 */
public final class ScheduleFile {

  /** The version this reads and writes. */
  public static final int VERSION = 1;

  /**
   * The largest file read: 256 MiB, of a million accesses with some 100 bytes each and as many
   * steps as there can be.
   */
  public static final long MOST_BYTES = 256L << 20;

  private ScheduleFile() {}

  /**
   * Reads a file.
   *
   * @throws ScheduleFileException if it is no schedule that can be used
   * @throws IOException if it cannot be read
   */
  public static RunSchedule read(Path file) throws IOException {
    long bytes = Files.size(file);
    if (bytes > MOST_BYTES) {
      throw new ScheduleFileException(
          file.toString(),
          1,
          1,
          "%d bytes are more than the %d a schedule may have; make it anew with spillway advise"
              .formatted(bytes, MOST_BYTES));
    }
    return parse(Files.readAllBytes(file), file.toString());
  }

  /**
   * Reads the bytes of a file.
   *
   * @param name for messages
   * @throws ScheduleFileException if they are not those of a schedule
   */
  public static RunSchedule parse(byte[] bytes, String name) throws ScheduleFileException {
    return StrictJson.read(
        bytes,
        json -> new ScheduleReader(json).schedule(),
        (line, column, problem) -> new ScheduleFileException(name, line, column, problem));
  }

  /**
   * Writes a file, replacing what is there.
   *
   * @throws IOException if that fails
   */
  public static void write(RunSchedule schedule, Path file) throws IOException {
    try (Writer out = Files.newBufferedWriter(file)) {
      ScheduleWriter.write(schedule, out);
    }
  }

  /**
   * Writes a schedule's text, and leaves {@code out} open.
   *
   * @throws IOException if that fails
   */
  public static void write(RunSchedule schedule, Writer out) throws IOException {
    ScheduleWriter.write(schedule, out);
  }
}
