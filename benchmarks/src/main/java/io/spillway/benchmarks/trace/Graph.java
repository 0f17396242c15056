package io.spillway.benchmarks.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.regex.Pattern;

/**
 * A directed graph in compressed rows, read from an edge list or made as a Kronecker graph with
 * Graph500's probabilities.
 */
final class Graph {

  /** Graph500's: an edge falls into the upper left, upper right, lower left quarter. */
  private static final double UPPER_LEFT = 0.57;

  private static final double UPPER_RIGHT = 0.19;
  private static final double LOWER_LEFT = 0.19;

  private static final Pattern SPACE = Pattern.compile("\\s+");

  /** By vertex, its first edge; one more entry than vertices. */
  private final int[] firstEdge;

  /** By edge, the vertex it leads to. */
  private final int[] target;

  private Graph(int[] firstEdge, int[] target) {
    this.firstEdge = firstEdge;
    this.target = target;
  }

  int vertices() {
    return firstEdge.length - 1;
  }

  int edges() {
    return target.length;
  }

  /** The first edge of {@code vertex}; that of one behind the last vertex ends the edges. */
  int firstEdge(int vertex) {
    return firstEdge[vertex];
  }

  /** Where {@code edge} leads. */
  int target(int edge) {
    return target[edge];
  }

  /**
   * The graph that {@code parameters} ask for: {@code file}, an edge list of two vertex numbers a
   * line, or {@code scale}, {@code degree} and {@code seed} of a Kronecker graph.
   */
  static Graph of(Parameters parameters) throws IOException {
    String file = parameters.text("file", "");
    int scale = parameters.integer("scale", 16, 1);
    int degree = parameters.integer("degree", 16, 1);
    long seed = parameters.number("seed", 1);
    if (!file.isEmpty()) {
      return read(Path.of(file));
    }
    if (scale > 24) {
      throw new IllegalArgumentException(
          "graph scale %d: at most 24; raise edgebytes for more bytes".formatted(scale));
    }
    return kronecker(scale, degree, new SplittableRandom(seed));
  }

  private static Graph kronecker(int scale, int degree, SplittableRandom random) {
    int edges = Math.multiplyExact(1 << scale, degree);
    int[] from = new int[edges];
    int[] to = new int[edges];
    for (int edge = 0; edge < edges; edge++) {
      for (int bit = 0; bit < scale; bit++) {
        double at = random.nextDouble();
        int row = at < UPPER_LEFT + UPPER_RIGHT ? 0 : 1;
        boolean left = row == 0 ? at < UPPER_LEFT : at < UPPER_LEFT + UPPER_RIGHT + LOWER_LEFT;
        from[edge] = from[edge] << 1 | row;
        to[edge] = to[edge] << 1 | (left ? 0 : 1);
      }
    }
    return ofEdges(1 << scale, from, to, edges);
  }

  private static Graph read(Path file) throws IOException {
    int[] from = new int[1024];
    int[] to = new int[1024];
    int edges = 0;
    int vertices = 0;
    try (BufferedReader lines =
        new BufferedReader(new InputStreamReader(TraceFiles.open(file), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.isBlank() || line.startsWith("#")) {
          continue;
        }
        String[] ends = SPACE.split(line.strip(), -1);
        if (ends.length < 2) {
          throw new IOException("%s: '%s' is not an edge: two numbers".formatted(file, line));
        }
        if (edges == from.length) {
          from = Arrays.copyOf(from, edges * 2);
          to = Arrays.copyOf(to, edges * 2);
        }
        from[edges] = Integer.parseInt(ends[0]);
        to[edges] = Integer.parseInt(ends[1]);
        vertices = Math.max(vertices, Math.max(from[edges], to[edges]) + 1);
        edges++;
      }
    } catch (NumberFormatException e) {
      throw new IOException(file + ": not an edge list: " + e.getMessage(), e);
    }
    return ofEdges(vertices, from, to, edges);
  }

  private static Graph ofEdges(int vertices, int[] from, int[] to, int edges) {
    int[] firstEdge = new int[vertices + 1];
    for (int edge = 0; edge < edges; edge++) {
      firstEdge[from[edge] + 1]++;
    }
    for (int vertex = 0; vertex < vertices; vertex++) {
      firstEdge[vertex + 1] += firstEdge[vertex];
    }
    int[] at = Arrays.copyOf(firstEdge, vertices);
    int[] target = new int[edges];
    for (int edge = 0; edge < edges; edge++) {
      target[at[from[edge]]++] = to[edge];
    }
    return new Graph(firstEdge, target);
  }

  /** The vertex with the most edges: where a search reaches most of the graph. */
  int busiest() {
    int best = 0;
    for (int vertex = 1; vertex < vertices(); vertex++) {
      if (firstEdge[vertex + 1] - firstEdge[vertex] > firstEdge[best + 1] - firstEdge[best]) {
        best = vertex;
      }
    }
    return best;
  }
}
