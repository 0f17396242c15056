package io.spillway.benchmarks.trace;

import java.io.IOException;

/**
 * PageRank: each iteration reads all edges in order, the ranks all over, and writes the new ranks.
 *
 * <p>Parameters: those of {@link Graph}; {@code edgebytes} and {@code vertexbytes} as in {@link
 * BreadthFirst}; {@code iterations}; {@code chunks}, the launches of one iteration.
 */
final class PageRank implements TraceGenerator {

  @Override
  public Trace generate(String name, Parameters parameters) throws IOException {
    Graph graph = Graph.of(parameters);
    long edgeBytes = parameters.bytes("edgebytes", "16k");
    long vertexBytes = parameters.bytes("vertexbytes", "4k");
    int iterations = parameters.integer("iterations", 5, 1);
    int chunks = parameters.integer("chunks", 16, 1);
    TraceBuilder trace =
        new TraceBuilder(name).tells(Characteristic.READ_ONLY_KNOWN).tells(Characteristic.CYCLIC);
    int edges = trace.readOnlyRegion("edges", Math.max(1, graph.edges()) * edgeBytes);
    long rankBytes = graph.vertices() * vertexBytes;
    int[] ranks = {
      trace.filledRegion("ranks", rankBytes), trace.emptyRegion("new ranks", rankBytes)
    };
    for (int iteration = 0; iteration < iterations; iteration++) {
      trace.lap();
      for (int chunk = 0; chunk < chunks; chunk++) {
        int firstVertex = (int) ((long) graph.vertices() * chunk / chunks);
        int endVertex = (int) ((long) graph.vertices() * (chunk + 1) / chunks);
        if (firstVertex == endVertex) {
          continue;
        }
        long firstEdge = graph.firstEdge(firstVertex);
        long endEdge = graph.firstEdge(endVertex);
        trace.launch("rank", chunk, 0);
        if (endEdge > firstEdge) {
          trace.reads(edges, firstEdge * edgeBytes, (endEdge - firstEdge) * edgeBytes);
        }
        trace
            .reads(ranks[iteration % 2], 0, rankBytes)
            .writes(
                ranks[(iteration + 1) % 2],
                firstVertex * vertexBytes,
                (endVertex - firstVertex) * vertexBytes);
      }
    }
    return trace.build();
  }
}
