package io.spillway.benchmarks.compare.g10;

import io.spillway.benchmarks.compare.g10.Migration.Target;
import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kernel;
import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import io.spillway.evict.LapSchedule;
import io.spillway.evict.LapSchedule.Link;
import io.spillway.evict.LapSchedule.Move;
import io.spillway.evict.LapSchedule.Part;
import java.util.ArrayList;
import java.util.List;

/**
 * An iteration as Spillway's schedule sees it: tensors in pieces, on this machine's link.
 *
 * <p>Allocations and drops of dead tensors are asked for beside the schedule's moves, and with each
 * kernel once more what it needs, since what is queued costs no fault.
 */
final class RecordedLap {

  /** Pages of a piece: 32 MiB. Large enough for few pieces, small beside the GPU. */
  private static final int PIECE_PAGES = 8192;

  private static final double NANOS_PER_CYCLE = 1e9 / G10Machine.CLOCK_HZ;

  private static final double LINK_BYTES_PER_NANO =
      (double) G10Machine.TICK_PAGES
          * G10Machine.PAGE_BYTES
          / (G10Machine.TICK_CYCLES * NANOS_PER_CYCLE);

  /** Ticks from asking to having: one begins after the asking, and one ends after the kernel. */
  private static final int SPARE_TICKS = 2;

  /** Pages of a tensor. */
  private record Piece(int tensor, int from, int to) {}

  private final TrainingIteration iteration;
  private final G10Machine machine;
  private final int count;
  private final long[] start;
  private final long[] bornPages;
  private final List<Piece> pieces = new ArrayList<>();
  private final List<Part> parts = new ArrayList<>();

  RecordedLap(TrainingIteration iteration, G10Machine machine) {
    this.iteration = iteration;
    this.machine = machine;
    count = iteration.kernels().size();
    start = new long[count + 1];
    List<List<Integer>> uses = new ArrayList<>();
    iteration.tensors().forEach(_ -> uses.add(new ArrayList<>()));
    for (int k = 0; k < count; k++) {
      Kernel kernel = iteration.kernels().get(k);
      start[k + 1] = start[k] + kernel.cycles();
      for (List<Integer> side : List.of(kernel.inputs(), kernel.outputs())) {
        for (int tensor : side) {
          List<Integer> own = uses.get(tensor);
          if (own.isEmpty() || own.getLast() != k) {
            own.add(k);
          }
        }
      }
    }
    bornPages = new long[count];
    for (Tensor tensor : iteration.tensors()) {
      bornPages[tensor.birth()] += tensor.kind() == Kind.WEIGHT ? 0 : pages(tensor);
    }
    for (Tensor tensor : iteration.tensors()) {
      if (!uses.get(tensor.id()).isEmpty()) {
        cut(tensor, uses.get(tensor.id()));
      }
    }
  }

  private void cut(Tensor tensor, List<Integer> uses) {
    int pages = pages(tensor);
    for (int from = 0; from < pages; from += PIECE_PAGES) {
      int to = Math.min(pages, from + PIECE_PAGES);
      pieces.add(new Piece(tensor.id(), from, to));
      long bytes = (long) (to - from) * G10Machine.PAGE_BYTES;
      parts.add(new Part(bytes, allocatedAt(tensor), uses, tensor.kind() == Kind.WEIGHT));
    }
  }

  private static int pages(Tensor tensor) {
    return Math.toIntExact(tensor.bytes() / G10Machine.PAGE_BYTES);
  }

  /**
   * The last kernel with which an allocation can be asked for to be there, with all others of its
   * kernel, before that kernel ends, which is what the rule asks for.
   */
  private int allocatedAt(Tensor tensor) {
    long ticks = SPARE_TICKS + bornPages[tensor.birth()] / G10Machine.TICK_ALLOCATIONS;
    int kernel = tensor.birth();
    while (kernel > 0
        && start[tensor.birth() + 1] - start[kernel] < ticks * G10Machine.TICK_CYCLES) {
      kernel--;
    }
    return kernel;
  }

  /** What is asked for, those of one kernel in order. */
  List<Migration> migrations() {
    List<Migration> migrations = new ArrayList<>();
    for (Tensor tensor : iteration.tensors()) {
      if (tensor.kind() != Kind.WEIGHT) {
        migrations.add(new Migration(tensor.death() % count, tensor.id(), Target.NOWHERE));
      }
    }
    List<Migration> arriving = new ArrayList<>();
    for (Tensor tensor : iteration.tensors()) {
      if (tensor.kind() != Kind.WEIGHT) {
        arriving.add(new Migration(allocatedAt(tensor), tensor.id(), Target.GPU));
      }
    }
    for (Move move : schedule().moves()) {
      Piece piece = pieces.get(move.part());
      Target target = move.in() ? Target.GPU : Target.HOST;
      (move.in() ? arriving : migrations)
          .add(new Migration(move.launch(), piece.tensor(), piece.from(), piece.to(), target));
    }
    migrations.addAll(arriving);
    for (int k = 0; k < count; k++) {
      Kernel kernel = iteration.kernels().get(k);
      for (List<Integer> side : List.of(kernel.inputs(), kernel.outputs())) {
        for (int tensor : side) {
          migrations.add(new Migration(k, tensor, Target.GPU));
        }
      }
    }
    return migrations;
  }

  private LapSchedule schedule() {
    double[] nanos =
        iteration.kernels().stream().mapToDouble(k -> k.cycles() * NANOS_PER_CYCLE).toArray();
    return LapSchedule.of(
        nanos, parts, machine.gpuBytes(), new Link(LINK_BYTES_PER_NANO, LINK_BYTES_PER_NANO));
  }
}
