package io.spillway.samples.jcuda;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.StringTokenizer;

/**
 * Edges in a text file: two vertex numbers a line, whatever follows them ignored. Lines that are
 * empty or begin with # or % are left out.
 */
final class EdgeListFile implements EdgeList {

  private final Path file;
  private final int vertices;

  private EdgeListFile(Path file, int vertices) {
    this.file = file;
    this.vertices = vertices;
  }

  /**
   * Reads through the file once, to find the highest vertex.
   *
   * @throws Options.UsageException if it cannot be read, or a line is not an edge
   */
  static EdgeListFile open(Path file) {
    int[] highest = {-1};
    try {
      read(file, (one, other) -> highest[0] = Math.max(highest[0], Math.max(one, other)));
    } catch (IOException e) {
      throw new Options.UsageException("cannot read " + file + ": " + e);
    }
    if (highest[0] < 0) {
      throw new Options.UsageException(file + " has no edges");
    }
    return new EdgeListFile(file, highest[0] + 1);
  }

  @Override
  public int vertices() {
    return vertices;
  }

  @Override
  public void forEach(Visitor visitor) {
    try {
      read(file, visitor);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void read(Path file, Visitor visitor) throws IOException {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      int number = 0;
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        number++;
        if (!line.isBlank() && !line.startsWith("#") && !line.startsWith("%")) {
          StringTokenizer tokens = new StringTokenizer(line, " \t,");
          if (tokens.countTokens() < 2) {
            throw notAnEdge(file, number, line);
          }
          visitor.edge(
              vertex(tokens.nextToken(), file, number, line),
              vertex(tokens.nextToken(), file, number, line));
        }
      }
    }
  }

  private static int vertex(String token, Path file, int number, String line) {
    try {
      int vertex = Integer.parseInt(token);
      if (vertex >= 0 && vertex < Integer.MAX_VALUE) {
        return vertex;
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw notAnEdge(file, number, line);
  }

  private static Options.UsageException notAnEdge(Path file, int number, String line) {
    return new Options.UsageException(
        "%s:%d: two vertex numbers expected, not: %s".formatted(file, number, line));
  }
}
