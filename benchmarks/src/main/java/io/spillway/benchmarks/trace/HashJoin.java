package io.spillway.benchmarks.trace;

/**
 * A hash join: streams the build side into a hash table, all over it, then streams the probe side
 * past it.
 *
 * <p>Parameters: {@code build} and {@code probe} bytes, {@code chunk} bytes per launch, {@code
 * fill}, the table's size as a multiple of the build side's, {@code density}, the part of the
 * table's pages that one chunk touches.
 */
final class HashJoin implements TraceGenerator {

  @Override
  public Trace generate(String name, Parameters parameters) {
    long buildBytes = parameters.bytes("build", "4g");
    long probeBytes = parameters.bytes("probe", "16g");
    long chunkBytes = parameters.bytes("chunk", "256m");
    double fill = parameters.real("fill", 2, 1, 10);
    double density = parameters.real("density", 0.25, 0.001, 1);
    parameters.number("seed", 0);
    TraceBuilder trace = new TraceBuilder(name).tells(Characteristic.READ_ONLY_KNOWN);
    int build = trace.readOnlyRegion("build", buildBytes);
    int probe = trace.readOnlyRegion("probe", probeBytes);
    long tableBytes = (long) (buildBytes * fill);
    int table = trace.emptyRegion("table", tableBytes);
    int result = trace.emptyRegion("result", probeBytes);
    trace.launch("clear", 0, 0).writes(table, 0, tableBytes);
    int chunk = 0;
    for (long at = 0; at < buildBytes; at += chunkBytes) {
      trace
          .launch("build", chunk++, 0)
          .reads(build, at, Math.min(chunkBytes, buildBytes - at))
          .touch(table, 0, tableBytes, Effect.UPDATE, density);
    }
    chunk = 0;
    for (long at = 0; at < probeBytes; at += chunkBytes) {
      long size = Math.min(chunkBytes, probeBytes - at);
      trace
          .launch("probe", chunk++, 0)
          .reads(probe, at, size)
          .touch(table, 0, tableBytes, Effect.READ, density)
          .writes(result, at, size);
    }
    return trace.build();
  }
}
