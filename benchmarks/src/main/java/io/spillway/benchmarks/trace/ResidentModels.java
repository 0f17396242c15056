package io.spillway.benchmarks.trace;

import java.util.SplittableRandom;

/**
 * Several models that all stay loaded and take turns as requests come: embedding, reranker, speech.
 *
 * <p>Parameters: {@code requests}, {@code run}, how many requests for the same model come in a row
 * on average, {@code scale}, by which the sizes are multiplied, {@code seed}. The models have the
 * public sizes, in 16 bits, of bge-m3 (568 million parameters, 24 layers), bge-reranker-v2-gemma
 * (2.5 billion, 18) and Whisper large-v3 (1.5 billion, 32 + 32).
 */
final class ResidentModels implements TraceGenerator {

  private static final long MIB = 1L << 20;

  /**
   * One model.
   *
   * @param label its role
   * @param layers its layers
   * @param layerBytes bytes of each
   * @param nanos compute time of each, some milliseconds a request in all
   * @param share its part of the requests
   */
  private record Model(String label, int layers, long layerBytes, long nanos, double share) {}

  @Override
  public Trace generate(String name, Parameters parameters) {
    int requests = parameters.integer("requests", 60, 1);
    double run = parameters.real("run", 4, 1, 1e6);
    double scale = parameters.real("scale", 4, 0.01, 100);
    SplittableRandom random = new SplittableRandom(parameters.number("seed", 1));
    Model[] models = {
      new Model("embedding", 24, (long) (45 * MIB * scale), 300_000, 0.5),
      new Model("reranker", 18, (long) (265 * MIB * scale), 900_000, 0.3),
      new Model("speech", 64, (long) (46 * MIB * scale), 700_000, 0.2)
    };
    TraceBuilder trace =
        new TraceBuilder(name)
            .tells(Characteristic.READ_ONLY_KNOWN)
            .tells(Characteristic.COMPUTE_TIMES)
            .timedOn(Generator.TIMED_ON);
    int[] regions = new int[models.length];
    for (int i = 0; i < models.length; i++) {
      regions[i] =
          trace.readOnlyRegion(models[i].label(), models[i].layers() * models[i].layerBytes());
    }
    int now = 0;
    for (int request = 0; request < requests; request++) {
      if (request == 0 || random.nextDouble() < 1 / run) {
        now = choose(models, random.nextDouble());
      }
      Model model = models[now];
      for (int layer = 0; layer < model.layers(); layer++) {
        trace
            .launch(model.label(), layer, model.nanos())
            .reads(regions[now], layer * model.layerBytes(), model.layerBytes());
      }
    }
    return trace.build();
  }

  private static int choose(Model[] models, double at) {
    double sum = 0;
    for (int i = 0; i < models.length; i++) {
      sum += models[i].share();
      if (at < sum) {
        return i;
      }
    }
    return models.length - 1;
  }
}
