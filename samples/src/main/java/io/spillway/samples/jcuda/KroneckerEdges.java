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

  // The quarters' bounds, as parts of the 32 bits drawn for each halving.
  private static final long A = (long) (0.57 * (1L << 32));
  private static final long A_B = (long) (0.76 * (1L << 32));
  private static final long A_B_C = (long) (0.95 * (1L << 32));

  @Override
  public int vertices() {
    return 1 << scale;
  }

  long edges() {
    return (long) edgeFactor << scale;
  }

  @Override
  public void forEach(Visitor visitor) {
    LongStream.range(0, edges()).parallel().forEach(edge -> visit(edge, visitor));
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
