package io.spillway.samples.programs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * A folder for what runs leave on the way to a result, gone when it is closed: recordings of
 * programs take gigabytes.
 *
 * @param path where
 */
public record ScratchFolder(Path path) implements AutoCloseable {

  /** A new one among the system's temporary files. */
  public static ScratchFolder create(String prefix) throws IOException {
    return new ScratchFolder(Files.createTempDirectory(prefix));
  }

  @Override
  public void close() throws IOException {
    List<Path> deepestFirst;
    try (Stream<Path> all = Files.walk(path)) {
      deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path gone : deepestFirst) {
      Files.deleteIfExists(gone);
    }
  }
}
