package io.spillway.benchmarks.trace;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The generators, by the name they have behind {@code gen:}. */
public enum Generator {
  /** {@link LayeredInference}. */
  LAYERS("layers"),
  /** {@link ExpertRouting}. */
  MOE("moe"),
  /** {@link TrainingSteps}. */
  TRAINING("training"),
  /** {@link BreadthFirst}. */
  BFS("bfs"),
  /** {@link PageRank}. */
  PAGERANK("pagerank"),
  /** {@link StreamingScan}. */
  SCAN("scan"),
  /** {@link HashJoin}. */
  JOIN("join"),
  /** {@link ResidentModels}. */
  MODELS("models"),
  /** {@link UniformRandom}. */
  UNIFORM("uniform");

  /** The GPU of the project's measurements, of which generated compute times are. */
  static final String TIMED_ON = "h200";

  private final String label;

  Generator(String label) {
    this.label = label;
  }

  /** Its name. */
  public String label() {
    return label;
  }

  TraceGenerator generator() {
    return switch (this) {
      case LAYERS -> new LayeredInference();
      case MOE -> new ExpertRouting();
      case TRAINING -> new TrainingSteps();
      case BFS -> new BreadthFirst();
      case PAGERANK -> new PageRank();
      case SCAN -> new StreamingScan();
      case JOIN -> new HashJoin();
      case MODELS -> new ResidentModels();
      case UNIFORM -> new UniformRandom();
    };
  }

  static Generator named(String name) {
    return Arrays.stream(values())
        .filter(generator -> generator.label.equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "generator '%s': known are %s"
                        .formatted(
                            name,
                            Arrays.stream(values())
                                .map(Generator::label)
                                .collect(Collectors.joining(", ")))));
  }
}
