package io.spillway.benchmarks.trace;

/**
 * A model whose layers are read one after the other, pass after pass: the product's first case.
 *
 * <p>Parameters: {@code count} layers of {@code bytes} each; {@code laps}; {@code reuse}, how often
 * a layer is applied before the next one, as in models that share weights between layers; {@code
 * compute}, microseconds a launch computes; {@code state}, bytes of activations. Defaults are the
 * layers of the project's measurements: 256 MiB, read 20 times, 1.5 ms a layer.
 */
final class LayeredInference implements TraceGenerator {

  private static final long NANOS_PER_MICRO = 1000;

  @Override
  public Trace generate(String name, Parameters parameters) {
    int count = parameters.integer("count", 48, 1);
    long bytes = parameters.bytes("bytes", "256m");
    int laps = parameters.integer("laps", 5, 1);
    int reuse = parameters.integer("reuse", 1, 1);
    long nanos = parameters.integer("compute", 1500, 0) * NANOS_PER_MICRO;
    long stateBytes = parameters.bytes("state", "16m");
    parameters.number("seed", 0);
    TraceBuilder trace =
        new TraceBuilder(name)
            .tells(Characteristic.READ_ONLY_KNOWN)
            .tells(Characteristic.CYCLIC)
            .tells(Characteristic.COMPUTE_TIMES)
            .timedOn(Generator.TIMED_ON);
    int weights = trace.readOnlyRegion("weights", count * bytes);
    int state = trace.filledRegion("state", stateBytes);
    for (int lap = 0; lap < laps; lap++) {
      trace.lap();
      for (int layer = 0; layer < count; layer++) {
        for (int use = 0; use < reuse; use++) {
          trace
              .launch("layer", layer, nanos)
              .reads(weights, layer * bytes, bytes)
              .updates(state, 0, stateBytes);
        }
      }
    }
    return trace.build();
  }
}
