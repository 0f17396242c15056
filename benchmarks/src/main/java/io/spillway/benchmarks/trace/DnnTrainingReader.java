package io.spillway.benchmarks.trace;

import io.spillway.benchmarks.trace.TrainingIteration.Kernel;
import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A {@link TrainingIteration} as launches over addresses, some laps of it: weights in one region,
 * everything else in a pool whose addresses are used again once a tensor is dead.
 *
 * <p>Parameters: {@code laps}; {@code flat}, {@code remove} to take out the time of kernels that do
 * not grow with the batch.
 */
final class DnnTrainingReader implements TraceReader {

  @Override
  public Trace read(Path file, String name, Parameters parameters) throws IOException {
    int laps = parameters.integer("laps", 2, 1);
    boolean removeFlat = parameters.text("flat", "keep").equals("remove");
    TrainingIteration iteration = DnnTrainingFile.read(file);
    return trace(removeFlat ? iteration.withoutFlatTime() : iteration, name, laps);
  }

  static Trace trace(TrainingIteration iteration, String name, int laps) {
    List<Tensor> tensors = iteration.tensors();
    List<List<Tensor>> dying = new ArrayList<>();
    iteration.kernels().forEach(_ -> dying.add(new ArrayList<>()));
    AddressPool weights = new AddressPool();
    AddressPool pool = new AddressPool();
    long[] address = new long[tensors.size()];
    for (Tensor tensor : tensors) {
      if (tensor.kind() == Kind.WEIGHT) {
        address[tensor.id()] = weights.take(tensor.bytes());
      }
    }
    placeActivations(iteration, pool, address, dying);
    TraceBuilder trace =
        new TraceBuilder(name)
            .tells(Characteristic.LIFETIMES)
            .tells(Characteristic.CYCLIC)
            .tells(Characteristic.COMPUTE_TIMES)
            .timedOn(DnnTrainingFile.TIMED_ON);
    int weightRegion = weights.bytes() > 0 ? trace.filledRegion("weights", weights.bytes()) : -1;
    int poolRegion = pool.bytes() > 0 ? trace.emptyRegion("activations", pool.bytes()) : -1;
    for (int lap = 0; lap < laps; lap++) {
      trace.lap();
      for (int k = 0; k < iteration.kernels().size(); k++) {
        Kernel kernel = iteration.kernels().get(k);
        trace.launch(kernel.name(), k, kernel.nanos());
        Set<Integer> written = new HashSet<>(kernel.outputs());
        for (int input : kernel.inputs()) {
          Tensor tensor = tensors.get(input);
          int region = tensor.kind() == Kind.WEIGHT ? weightRegion : poolRegion;
          Effect effect = written.remove(input) ? Effect.UPDATE : Effect.READ;
          trace.touch(region, address[input], tensor.bytes(), effect, 1);
        }
        for (int output : kernel.outputs()) {
          if (written.contains(output)) {
            Tensor tensor = tensors.get(output);
            int region = tensor.kind() == Kind.WEIGHT ? weightRegion : poolRegion;
            trace.touch(region, address[output], tensor.bytes(), Effect.WRITE, 1);
          }
        }
        for (Tensor tensor : dying.get(k)) {
          trace.dies(poolRegion, address[tensor.id()], tensor.bytes());
        }
      }
    }
    return trace.build();
  }

  /** Gives each tensor an address from its first use to its last, and notes where it dies. */
  private static void placeActivations(
      TrainingIteration iteration, AddressPool pool, long[] address, List<List<Tensor>> dying) {
    int count = iteration.kernels().size();
    int[] firstUse = new int[iteration.tensors().size()];
    int[] lastUse = new int[iteration.tensors().size()];
    Arrays.fill(firstUse, -1);
    for (int k = 0; k < count; k++) {
      Kernel kernel = iteration.kernels().get(k);
      for (List<Integer> side : List.of(kernel.inputs(), kernel.outputs())) {
        for (int tensor : side) {
          firstUse[tensor] = firstUse[tensor] < 0 ? k : firstUse[tensor];
          lastUse[tensor] = k;
        }
      }
    }
    List<List<Tensor>> born = new ArrayList<>();
    iteration.kernels().forEach(_ -> born.add(new ArrayList<>()));
    for (Tensor tensor : iteration.tensors()) {
      if (tensor.kind() != Kind.WEIGHT && firstUse[tensor.id()] >= 0) {
        born.get(firstUse[tensor.id()]).add(tensor);
        dying.get(lastUse[tensor.id()]).add(tensor);
      }
    }
    for (int k = 0; k < count; k++) {
      for (Tensor tensor : born.get(k)) {
        address[tensor.id()] = pool.take(tensor.bytes());
      }
      for (Tensor tensor : dying.get(k)) {
        pool.give(address[tensor.id()], tensor.bytes());
      }
    }
  }
}
