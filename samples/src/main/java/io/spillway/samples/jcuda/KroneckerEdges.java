package io.spillway.samples.jcuda;

import java.util.stream.LongStream;

/**
 * The edges of a Kronecker graph as the Graph500 benchmark defines it: the adjacency matrix is
 * halved in both directions {@code scale} times, and each edge falls into one of the four quarters
 * with probabilities A = 0.57, B = 0.19, C = 0.19 and D = 0.05.
 *
 * <p>Two departures: vertices are renamed by a fixed mixing function on {@code scale} bits, not by
 * a random permutation, and edges are not shuffled, since nothing here depends on their order.
 *
 * @param scale the number of vertices is 2 to its power
 * @param edgeFactor edges for each vertex
 * @param seed another graph for each
 */
record KroneckerEdges(int scale, int edgeFactor, long seed) implements EdgeList {

  /** Graph500's. */
  static final int EDGE_FACTOR = 16;

  /** 2 to its power is 8 million vertices, whose offsets take 64 MiB and whose levels take 32. */
  static final int LARGEST_SCALE = 23;

  /** Edges of one task: enough that handing it out costs nothing. */
  private static final int TASK = 1 << 14;

  // The quarters' bounds, as parts of the 32 bits drawn for each halving.
  private static final long A = (long) (0.57 * (1L << 32));
  private static final long A_B = (long) (0.76 * (1L << 32));
  private static final long A_B_C = (long) (0.95 * (1L << 32));

  @Override
  public int vertices() {
    return 1 << scale;
  }

  /**
   * A graph that takes about {@code bytes} in CSR form. It has as many vertices as leave {@link
   * #EDGE_FACTOR} edges for each, but no more than 2 to the power of {@link #LARGEST_SCALE}: of
   * more edges for each vertex a host builds a graph faster, as what it looks up at random fits its
   * caches.
   */
  static KroneckerEdges ofBytes(long bytes, long seed) {
    int scale = 1;
    while (scale < LARGEST_SCALE && bytesOf(scale + 1, EDGE_FACTOR) <= bytes) {
      scale++;
    }
    int edgeFactor = 1;
    while (bytesOf(scale, edgeFactor + 1) <= bytes) {
      edgeFactor++;
    }
    return new KroneckerEdges(scale, edgeFactor, seed);
  }

  /** An offset and a level for each vertex, a target for each end of an edge. */
  private static long bytesOf(int scale, int edgeFactor) {
    return (Long.BYTES + Integer.BYTES + 2L * Integer.BYTES * edgeFactor) << scale;
  }

  long edges() {
    return (long) edgeFactor << scale;
  }

  @Override
  public void forEach(Visitor visitor) {
    long edges = edges();
    LongStream.range(0, Math.ceilDiv(edges, TASK))
        .parallel()
        .forEach(
            task -> {
              long end = Math.min(edges, (task + 1) * TASK);
              for (long edge = task * TASK; edge < end; edge++) {
                visit(edge, visitor);
              }
            });
  }

  private void visit(long edge, Visitor visitor) {
    int row = 0;
    int column = 0;
    long draws = 0;
    for (int bit = 0; bit < scale; bit++) {
      draws = bit % 2 == 0 ? Scatter.at(seed, edge * 16 + bit / 2) : draws >>> 32;
      long draw = draws & 0xFFFFFFFFL;
      row = row << 1 | (draw < A_B ? 0 : 1);
      column = column << 1 | (draw < A || (draw >= A_B && draw < A_B_C) ? 0 : 1);
    }
    visitor.edge(renamed(row), renamed(column));
  }

  /** A permutation of the vertices: each step can be undone on {@code scale} bits. */
  private int renamed(int vertex) {
    int mask = vertices() - 1;
    int half = Math.max(1, scale / 2);
    int name = vertex * 0x9E3779B1 & mask;
    name ^= name >>> half;
    name = name * 0x85EBCA77 & mask;
    name ^= name >>> half;
    return name;
  }
}
