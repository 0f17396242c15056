package io.spillway.benchmarks.trace;

import java.io.IOException;
import java.util.BitSet;

/**
 * Breadth-first search: each level reads the edges of the vertices it reached last, scattered over
 * the edge list, and marks vertices all over.
 *
 * <p>Parameters: those of {@link Graph}; {@code edgebytes} and {@code vertexbytes}, for how many
 * bytes an edge and a vertex of the graph stand; {@code searches}, one after the other from the
 * same vertex.
 */
final class BreadthFirst implements TraceGenerator {

  /** What a kernel touches of the edges is rounded to this: a sector would not move alone. */
  private static final long GRAIN_BYTES = 64 << 10;

  @Override
  public Trace generate(String name, Parameters parameters) throws IOException {
    Graph graph = Graph.of(parameters);
    long edgeBytes = parameters.bytes("edgebytes", "16k");
    long vertexBytes = parameters.bytes("vertexbytes", "4k");
    int searches = parameters.integer("searches", 2, 1);
    TraceBuilder trace = new TraceBuilder(name).tells(Characteristic.READ_ONLY_KNOWN);
    if (searches > 1) {
      trace.tells(Characteristic.CYCLIC);
    }
    int edges = trace.readOnlyRegion("edges", Math.max(1, graph.edges()) * edgeBytes);
    int vertices = trace.filledRegion("vertices", graph.vertices() * vertexBytes);
    for (int search = 0; search < searches; search++) {
      trace.lap();
      search(graph, trace, edges, edgeBytes, vertices, vertexBytes);
    }
    return trace.build();
  }

  private static void search(
      Graph graph, TraceBuilder trace, int edges, long edgeBytes, int vertices, long vertexBytes) {
    BitSet reached = new BitSet(graph.vertices());
    BitSet frontier = new BitSet(graph.vertices());
    frontier.set(graph.busiest());
    reached.or(frontier);
    for (int level = 0; !frontier.isEmpty(); level++) {
      trace.launch("level", level, 0);
      BitSet next = new BitSet(graph.vertices());
      long from = -1;
      long to = -1;
      for (int vertex = frontier.nextSetBit(0);
          vertex >= 0;
          vertex = frontier.nextSetBit(vertex + 1)) {
        int first = graph.firstEdge(vertex);
        int end = graph.firstEdge(vertex + 1);
        if (first == end) {
          continue;
        }
        long start = first * edgeBytes / GRAIN_BYTES * GRAIN_BYTES;
        if (from >= 0 && start > to) {
          trace.reads(edges, from, to - from);
          from = -1;
        }
        from = from < 0 ? start : from;
        to = end * edgeBytes;
        for (int edge = first; edge < end; edge++) {
          if (!reached.get(graph.target(edge))) {
            next.set(graph.target(edge));
          }
        }
      }
      if (from >= 0) {
        trace.reads(edges, from, to - from);
      }
      reached.or(next);
      double density =
          Math.clamp((double) next.cardinality() / graph.vertices(), 1.0 / graph.vertices(), 1);
      trace.touch(vertices, 0, graph.vertices() * vertexBytes, Effect.UPDATE, density);
      frontier = next;
    }
  }
}
