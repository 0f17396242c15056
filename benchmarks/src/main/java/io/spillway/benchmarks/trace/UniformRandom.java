package io.spillway.benchmarks.trace;

import java.util.SplittableRandom;

/**
 * Pieces of one range touched at random, all equally often: nothing to predict, nothing to keep.
 *
 * <p>Parameters: {@code bytes}, {@code piece} bytes of one access, {@code launches}, {@code
 * accesses} per launch, {@code writes}, the part of accesses that also write, {@code seed}.
 */
final class UniformRandom implements TraceGenerator {

  @Override
  public Trace generate(String name, Parameters parameters) {
    long bytes = parameters.bytes("bytes", "8g");
    long pieceBytes = Math.min(bytes, parameters.bytes("piece", "2m"));
    int launches = parameters.integer("launches", 400, 1);
    int accesses = parameters.integer("accesses", 16, 1);
    double writes = parameters.real("writes", 0.1, 0, 1);
    SplittableRandom random = new SplittableRandom(parameters.number("seed", 1));
    TraceBuilder trace = new TraceBuilder(name);
    int data = trace.filledRegion("data", bytes);
    long pieces = bytes / pieceBytes;
    for (int launch = 0; launch < launches; launch++) {
      trace.launch("random", 0, 0);
      for (int access = 0; access < accesses; access++) {
        long piece = random.nextLong(pieces);
        Effect effect = random.nextDouble() < writes ? Effect.UPDATE : Effect.READ;
        trace.touch(data, piece * pieceBytes, pieceBytes, effect, 1);
      }
    }
    return trace.build();
  }
}
