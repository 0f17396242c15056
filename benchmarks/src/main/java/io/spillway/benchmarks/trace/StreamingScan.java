package io.spillway.benchmarks.trace;

/**
 * Reads columns once, chunk by chunk, and writes a smaller result: a filter or an aggregate.
 *
 * <p>Parameters: {@code bytes} read in all, {@code chunk} bytes per launch, {@code selectivity},
 * the part of them written as result, {@code passes} over the data.
 */
final class StreamingScan implements TraceGenerator {

  @Override
  public Trace generate(String name, Parameters parameters) {
    long bytes = parameters.bytes("bytes", "24g");
    long chunkBytes = Math.min(bytes, parameters.bytes("chunk", "256m"));
    double selectivity = parameters.real("selectivity", 0.1, 0.001, 1);
    int passes = parameters.integer("passes", 1, 1);
    parameters.number("seed", 0);
    TraceBuilder trace = new TraceBuilder(name).tells(Characteristic.READ_ONLY_KNOWN);
    if (passes > 1) {
      trace.tells(Characteristic.CYCLIC);
    }
    int input = trace.readOnlyRegion("columns", bytes);
    int output = trace.emptyRegion("result", Math.max(1, (long) (bytes * selectivity)));
    for (int pass = 0; pass < passes; pass++) {
      trace.lap();
      long written = 0;
      int chunk = 0;
      for (long at = 0; at < bytes; at += chunkBytes) {
        long size = Math.min(chunkBytes, bytes - at);
        trace.launch("scan", chunk++, 0).reads(input, at, size);
        long upTo = (long) ((at + size) * selectivity);
        if (upTo > written) {
          trace.writes(output, written, upTo - written);
          written = upTo;
        }
      }
    }
    return trace.build();
  }
}
