package io.spillway.benchmarks.compare;

import io.spillway.benchmarks.compare.g10.G10Bound;
import io.spillway.benchmarks.compare.g10.G10Iteration;
import io.spillway.benchmarks.compare.g10.G10Machine;
import io.spillway.benchmarks.compare.g10.G10Policy;
import io.spillway.benchmarks.compare.g10.G10Replay;
import io.spillway.benchmarks.compare.g10.StretchBound;
import io.spillway.benchmarks.trace.TrainingIteration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Compares the G10 artifact's policies and Spillway's schedule by its own rule, every training
 * iteration twice: as published, and without the time of kernels that do not grow with the batch,
 * which hides transfers and looks like start-up cost.
 */
public final class G10Comparison {

  /** Iterations to run; the first is cold, the last one counts. */
  private static final int ITERATIONS = 2;

  private static final double ROUNDING = 1000;

  private final List<TrainingIteration> iterations;
  private final G10Machine machine;
  private final String gpu;
  private final List<Double> ratios;
  private final List<G10Policy> policies;

  /**
   * A comparison that has not run.
   *
   * @param gpu the GPU's name in rows
   * @param ratios peak live bytes / GPU memory; none for the machine's own memory
   */
  public G10Comparison(
      List<TrainingIteration> iterations,
      G10Machine machine,
      String gpu,
      List<Double> ratios,
      List<G10Policy> policies) {
    this.iterations = List.copyOf(iterations);
    this.machine = machine;
    this.gpu = gpu;
    this.ratios = List.copyOf(ratios);
    this.policies = List.copyOf(policies);
  }

  /** Runs it on all processors. */
  public Comparison run(Watcher watcher) {
    List<Task<Row>> tasks = new ArrayList<>();
    for (TrainingIteration published : iterations) {
      for (TrainingIteration iteration : List.of(published, published.withoutFlatTime())) {
        for (G10Machine sized : machines(iteration)) {
          add(tasks, iteration, sized);
        }
      }
    }
    return new Comparison(ParallelTasks.run(tasks, watcher), List.of());
  }

  private List<G10Machine> machines(TrainingIteration iteration) {
    if (ratios.isEmpty()) {
      return List.of(machine);
    }
    long peak = G10Bound.of(iteration, machine.gpuBytes()).peakLiveBytes();
    return ratios.stream().map(ratio -> machine.withGpuBytes((long) (peak / ratio))).toList();
  }

  private void add(List<Task<Row>> tasks, TrainingIteration iteration, G10Machine sized) {
    G10Bound bound = G10Bound.of(iteration, sized.gpuBytes());
    double ratio = Math.round(ROUNDING * bound.peakLiveBytes() / sized.gpuBytes()) / ROUNDING;
    tasks.add(
        new Task<>(
            iteration.name() + ", bounds",
            () ->
                List.of(
                    row(iteration, ratio, "all-resident", bound, bound.computeSeconds(), 0),
                    row(
                        iteration,
                        ratio,
                        "lower-bound",
                        bound,
                        bound.seconds(),
                        bound.leastBytes()),
                    row(
                        iteration,
                        ratio,
                        "stretch-bound",
                        bound,
                        StretchBound.seconds(iteration, sized.gpuBytes()),
                        bound.leastBytes()))));
    for (G10Policy policy : policies) {
      tasks.add(
          new Task<>(
              iteration.name() + ", " + policy.label(),
              () -> {
                G10Iteration steady =
                    new G10Replay(iteration, policy, sized).run(ITERATIONS).getLast();
                return List.of(row(iteration, ratio, policy, bound, steady));
              }));
    }
  }

  private Row row(
      TrainingIteration iteration,
      double ratio,
      String name,
      G10Bound bound,
      double seconds,
      long bytesEachWay) {
    return new Row(
        iteration.name(),
        gpu,
        Rule.G10,
        ratio,
        name,
        true,
        seconds,
        bound.seconds(),
        bytesEachWay,
        bytesEachWay,
        seconds - bound.computeSeconds(),
        List.of(),
        Optional.empty());
  }

  private Row row(
      TrainingIteration iteration,
      double ratio,
      G10Policy policy,
      G10Bound bound,
      G10Iteration steady) {
    return new Row(
        iteration.name(),
        gpu,
        Rule.G10,
        ratio,
        policy.label(),
        false,
        steady.seconds(),
        bound.seconds(),
        steady.bytesIn(),
        steady.bytesOut(),
        steady.stallSeconds(),
        List.of(
            new Row.Cause("from host", steady.hostBytesIn()),
            new Row.Cause("from SSD", steady.ssdBytesIn()),
            new Row.Cause("to host", steady.hostBytesOut()),
            new Row.Cause("to SSD", steady.ssdBytesOut())),
        Optional.empty());
  }
}
