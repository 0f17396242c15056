package io.spillway.benchmarks.trace;

/**
 * Training a stack of equal layers: forward, backward, optimizer, step after step.
 *
 * <p>Parameters: {@code layers}, {@code weights} and {@code activations} bytes of each, {@code
 * steps}, {@code compute} microseconds of one layer forward; backward takes twice that, the
 * optimizer a tenth. Activations die when backward has used them, gradients when the optimizer has.
 * Adam keeps two moments of the weights' size. Defaults have GPT-2 medium's shape: 24 layers of 12
 * million parameters in 32 bits.
 */
final class TrainingSteps implements TraceGenerator {

  private static final long NANOS_PER_MICRO = 1000;

  /** Adam's first and second moment. */
  private static final int MOMENTS = 2;

  @Override
  public Trace generate(String name, Parameters parameters) {
    int layers = parameters.integer("layers", 24, 1);
    long weightBytes = parameters.bytes("weights", "48m");
    long activationBytes = parameters.bytes("activations", "256m");
    int steps = parameters.integer("steps", 4, 1);
    long nanos = parameters.integer("compute", 4000, 0) * NANOS_PER_MICRO;
    parameters.number("seed", 0);
    TraceBuilder trace =
        new TraceBuilder(name)
            .tells(Characteristic.LIFETIMES)
            .tells(Characteristic.READ_ONLY_KNOWN)
            .tells(Characteristic.CYCLIC)
            .tells(Characteristic.COMPUTE_TIMES)
            .timedOn(Generator.TIMED_ON);
    int weights = trace.filledRegion("weights", layers * weightBytes);
    int moments = trace.filledRegion("moments", layers * weightBytes * MOMENTS);
    int gradients = trace.emptyRegion("gradients", layers * weightBytes);
    int activations = trace.emptyRegion("activations", (layers + 1) * activationBytes);
    int errors = trace.emptyRegion("errors", 2 * activationBytes);
    for (int step = 0; step < steps; step++) {
      trace.lap();
      trace.launch("load", 0, nanos / 10).writes(activations, 0, activationBytes);
      for (int layer = 0; layer < layers; layer++) {
        trace
            .launch("forward", layer, nanos)
            .reads(weights, layer * weightBytes, weightBytes)
            .reads(activations, layer * activationBytes, activationBytes)
            .writes(activations, (layer + 1) * activationBytes, activationBytes);
      }
      trace
          .launch("loss", 0, nanos / 10)
          .reads(activations, layers * activationBytes, activationBytes)
          .writes(errors, (layers % 2) * activationBytes, activationBytes)
          .dies(activations, layers * activationBytes, activationBytes);
      for (int layer = layers - 1; layer >= 0; layer--) {
        trace
            .launch("backward", layer, 2 * nanos)
            .reads(weights, layer * weightBytes, weightBytes)
            .reads(activations, layer * activationBytes, activationBytes)
            .reads(errors, ((layer + 1) % 2) * activationBytes, activationBytes)
            .writes(errors, (layer % 2) * activationBytes, activationBytes)
            .writes(gradients, layer * weightBytes, weightBytes)
            .dies(activations, layer * activationBytes, activationBytes)
            .dies(errors, ((layer + 1) % 2) * activationBytes, activationBytes);
      }
      for (int layer = 0; layer < layers; layer++) {
        trace
            .launch("optimizer", layer, nanos / 10)
            .reads(gradients, layer * weightBytes, weightBytes)
            .updates(weights, layer * weightBytes, weightBytes)
            .updates(moments, layer * weightBytes * MOMENTS, weightBytes * MOMENTS)
            .dies(gradients, layer * weightBytes, weightBytes);
      }
    }
    return trace.build();
  }
}
