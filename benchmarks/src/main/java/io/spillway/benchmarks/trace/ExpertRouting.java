package io.spillway.benchmarks.trace;

import java.util.HashSet;
import java.util.Set;
import java.util.SplittableRandom;

/**
 * Decoding with a mixture of experts: each layer reads its shared weights and the few experts that
 * a router chose, some experts far more often than others, and which ones drifts.
 *
 * <p>Parameters: {@code layers}, {@code experts} per layer of {@code bytes} each, {@code top}
 * chosen per token, {@code shared} bytes per layer, {@code tokens}, {@code batch} tokens at once,
 * {@code skew} of the routing, {@code drift}, the chance per token and layer that two experts trade
 * places, {@code fused} layers per launch, whose experts are then all chosen at once, {@code
 * compute} microseconds per layer, {@code seed}. Defaults have Mixtral 8x7B's counts (32 layers, 8
 * experts, 2 chosen) at a quarter of its expert size (352 MB in 16 bits).
 */
final class ExpertRouting implements TraceGenerator {

  private static final long NANOS_PER_MICRO = 1000;

  @Override
  public Trace generate(String name, Parameters parameters) {
    int layers = parameters.integer("layers", 32, 1);
    int experts = parameters.integer("experts", 8, 1);
    long bytes = parameters.bytes("bytes", "88m");
    int top = parameters.integer("top", 2, 1);
    long sharedBytes = parameters.bytes("shared", "84m");
    int tokens = parameters.integer("tokens", 40, 1);
    int batch = parameters.integer("batch", 1, 1);
    double skew = parameters.real("skew", 1, 0, 10);
    double drift = parameters.real("drift", 0.02, 0, 1);
    int fused = parameters.integer("fused", 1, 1);
    long nanos = parameters.integer("compute", 200, 0) * NANOS_PER_MICRO;
    SplittableRandom random = new SplittableRandom(parameters.number("seed", 1));
    if (top > experts) {
      throw new IllegalArgumentException(
          "moe: top=%d of experts=%d; must not be more".formatted(top, experts));
    }
    TraceBuilder trace =
        new TraceBuilder(name)
            .tells(Characteristic.READ_ONLY_KNOWN)
            .tells(Characteristic.COMPUTE_TIMES)
            .timedOn(Generator.TIMED_ON);
    int shared = trace.readOnlyRegion("shared", layers * sharedBytes);
    int expertWeights = trace.readOnlyRegion("experts", bytes * layers * experts);
    int[][] expertOfRank = new int[layers][experts];
    for (int[] ranks : expertOfRank) {
      for (int rank = 0; rank < experts; rank++) {
        ranks[rank] = rank;
      }
      for (int rank = experts - 1; rank > 0; rank--) {
        swap(ranks, rank, random.nextInt(rank + 1));
      }
    }
    Zipf routing = new Zipf(experts, skew);
    for (int token = 0; token < tokens; token++) {
      trace.lap();
      for (int first = 0; first < layers; first += fused) {
        int end = Math.min(layers, first + fused);
        trace.launch("moe", first, nanos * (end - first));
        trace.reads(shared, first * sharedBytes, (end - first) * sharedBytes);
        for (int layer = first; layer < end; layer++) {
          if (random.nextDouble() < drift) {
            swap(expertOfRank[layer], random.nextInt(experts), random.nextInt(experts));
          }
          for (int expert : chosen(routing, expertOfRank[layer], top, batch, random)) {
            trace.reads(expertWeights, (layer * experts + expert) * bytes, bytes);
          }
        }
      }
    }
    return trace.build();
  }

  private static Set<Integer> chosen(
      Zipf routing, int[] expertOfRank, int top, int batch, SplittableRandom random) {
    Set<Integer> all = new HashSet<>();
    for (int member = 0; member < batch; member++) {
      Set<Integer> own = new HashSet<>();
      while (own.size() < top) {
        own.add(expertOfRank[routing.draw(random)]);
      }
      all.addAll(own);
    }
    return all;
  }

  private static void swap(int[] values, int first, int second) {
    int kept = values[first];
    values[first] = values[second];
    values[second] = kept;
  }
}
