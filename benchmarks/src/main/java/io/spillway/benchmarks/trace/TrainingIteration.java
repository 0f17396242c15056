package io.spillway.benchmarks.trace;

import java.util.List;

/**
 * One iteration of training a neural network, in tensors: what the {@code dnn-training} files hold.
 *
 * <p>Finer than a {@link Trace}: it keeps each tensor's identity and lifetime instead of an
 * address, and the kernel times measured under page faults.
 *
 * @param name model and batch, such as {@code BERT-256}
 * @param tensors in the order of their numbers
 * @param kernels in the order of execution
 */
public record TrainingIteration(String name, List<Tensor> tensors, List<Kernel> kernels) {

  /** Copies the lists and checks that tensors are numbered by position. */
  public TrainingIteration {
    tensors = List.copyOf(tensors);
    kernels = List.copyOf(kernels);
    for (int i = 0; i < tensors.size(); i++) {
      if (tensors.get(i).id() != i) {
        throw new IllegalArgumentException(
            "%s: tensor %d stands at position %d; they must be numbered from 0 in order"
                .formatted(name, tensors.get(i).id(), i));
      }
    }
  }

  /** What a tensor is for. */
  public enum Kind {
    /** Lives across iterations. */
    WEIGHT,
    /** Made and used within one iteration, gradients included. */
    ACTIVATION,
    /** Scratch space of one kernel. */
    WORKSPACE
  }

  /**
   * One tensor.
   *
   * @param id its number
   * @param bytes its size, whole pages
   * @param kind what it is for
   * @param birth the first kernel in which it lives; 0 for weights
   * @param death the first kernel in which it no longer does; {@link Integer#MAX_VALUE} for weights
   */
  public record Tensor(int id, long bytes, Kind kind, int birth, int death) {

    /** Whether its contents matter while kernel {@code kernel} runs. */
    public boolean isLive(int kernel) {
      return kind == Kind.WEIGHT || (kernel >= birth && kernel < death);
    }
  }

  /**
   * One kernel. Times are those of an A100, in cycles of the replay's clock and in nanoseconds.
   *
   * @param name its type
   * @param cycles execution time with all data resident
   * @param nanos the same
   * @param inputFaultNanos with inputs faulting
   * @param faultNanos with inputs and outputs faulting
   * @param inputs tensors read, ascending
   * @param outputs tensors written, ascending; may repeat inputs
   * @param flat whether its measured time does not grow with the batch, as start-up cost would not
   */
  public record Kernel(
      String name,
      long cycles,
      long nanos,
      long inputFaultNanos,
      long faultNanos,
      List<Integer> inputs,
      List<Integer> outputs,
      boolean flat) {

    /** Copies the lists. */
    public Kernel {
      inputs = List.copyOf(inputs);
      outputs = List.copyOf(outputs);
    }

    /** The same kernel, taking no time of its own. */
    Kernel withoutTime() {
      return new Kernel(
          name,
          0,
          0,
          Math.max(0, inputFaultNanos - nanos),
          Math.max(0, faultNanos - nanos),
          inputs,
          outputs,
          flat);
    }
  }

  /** The same iteration with the time of flat kernels taken out: nothing hides transfers there. */
  public TrainingIteration withoutFlatTime() {
    return new TrainingIteration(
        name + " (flat kernels removed)",
        tensors,
        kernels.stream().map(kernel -> kernel.flat() ? kernel.withoutTime() : kernel).toList());
  }
}
