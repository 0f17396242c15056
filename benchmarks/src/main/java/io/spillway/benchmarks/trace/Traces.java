package io.spillway.benchmarks.trace;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Opens traces by name: a file, or {@code gen:} and a generator, either with parameters behind a
 * question mark, such as {@code gen:layers?count=48&bytes=256m&laps=5&seed=1}.
 */
public final class Traces {

  private static final String GENERATED = "gen:";

  private Traces() {}

  /**
   * Opens a trace.
   *
   * @throws IOException if its file cannot be read or is of no known format
   * @throws IllegalArgumentException if the name or a parameter is not right
   */
  public static Trace open(String name) throws IOException {
    int mark = name.indexOf('?');
    String stem = mark < 0 ? name : name.substring(0, mark);
    Parameters parameters = new Parameters(stem, mark < 0 ? "" : name.substring(mark + 1));
    Trace trace;
    if (stem.startsWith(GENERATED)) {
      Generator generator = Generator.named(stem.substring(GENERATED.length()));
      trace = generator.generator().generate(name.substring(GENERATED.length()), parameters);
    } else {
      Path file = existing(stem);
      trace =
          TraceFormat.of(file)
              .read(file, shortName(file) + (mark < 0 ? "" : name.substring(mark)), parameters);
    }
    parameters.refuseUnknown();
    return trace;
  }

  /** The file of that name. */
  public static Path existing(String name) {
    Path file = Path.of(name);
    if (!Files.isReadable(file)) {
      throw new IllegalArgumentException(
          "trace '%s': no such file; generated ones are written %sNAME".formatted(name, GENERATED));
    }
    return file;
  }

  /** The file's name up to its first dot. */
  private static String shortName(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.indexOf('.');
    return dot <= 0 ? name : name.substring(0, dot);
  }
}
