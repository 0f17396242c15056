package io.spillway.benchmarks.compare.g10;

import static io.spillway.benchmarks.compare.g10.PageTable.ABSENT;
import static io.spillway.benchmarks.compare.g10.PageTable.HOST;
import static io.spillway.benchmarks.compare.g10.PageTable.NONE;
import static io.spillway.benchmarks.compare.g10.PageTable.SSD;

import io.spillway.benchmarks.compare.g10.FaultPenalty.Side;
import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kernel;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Replays a training iteration, over and over, under the artifact's rule.
 *
 * <p>A kernel that finds all its pages on the GPU takes its own time. Otherwise it ends no earlier
 * than its own time and a {@linkplain FaultPenalty penalty} later, nor before the last page is
 * there. Not thread-safe; one object is one run.
 *
 * <p>The order of pages counts, since victims go in the order of arrival. The artifact keeps a
 * kernel's tensors in hash sets, which list what was put in last first. So faults take the inputs
 * from the last to the first, then the outputs; DeepUM+ puts both through one more set, which turns
 * them around, and prefetches outputs before inputs.
 *
 * <p>Deviation: tensors count as put in by their numbers, as the trace lists them; the artifact
 * puts in a few the other way, and where two fall into one bucket its order depends on their
 * addresses.
 */
public final class G10Replay {

  private final List<Kernel> kernels;
  private final int[][] inputs;
  private final int[][] outputs;
  private final int[][] required;
  private final TrainingIteration iteration;
  private final G10Policy policy;
  private final PageTable table;
  private final Transfers transfers;
  private final List<List<Migration>> migrations;
  private final boolean[] requiredNow;
  private final boolean[] inWindow;
  private int kernelNow;
  private long now;
  private long nextTick;
  private long faultedHost;
  private long faultedSsd;
  private long firstTouch;

  /** A run that has not begun. */
  public G10Replay(TrainingIteration iteration, G10Policy policy, G10Machine machine) {
    this.iteration = iteration;
    this.policy = policy;
    kernels = iteration.kernels();
    int count = kernels.size();
    inputs = new int[count][];
    outputs = new int[count][];
    required = new int[count][];
    for (int k = 0; k < count; k++) {
      Kernel kernel = kernels.get(k);
      inputs[k] = asHashSet(kernel.inputs());
      outputs[k] =
          asHashSet(
              kernel.outputs().stream()
                  .filter(tensor -> !kernel.inputs().contains(tensor))
                  .toList());
      required[k] = IntStream.concat(IntStream.of(inputs[k]), IntStream.of(outputs[k])).toArray();
    }
    requireFits(machine);
    table = new PageTable(iteration, machine);
    requiredNow = new boolean[iteration.tensors().size()];
    inWindow = new boolean[iteration.tensors().size()];
    transfers =
        new Transfers(
            table, new Choice(), policy == G10Policy.DEEP_UM || policy == G10Policy.SPILLWAY);
    migrations = migrations(machine);
  }

  private static int[] asHashSet(List<Integer> tensors) {
    return tensors.reversed().stream().mapToInt(Integer::intValue).toArray();
  }

  private void requireFits(G10Machine machine) {
    for (int k = 0; k < required.length; k++) {
      long bytes =
          IntStream.of(required[k]).mapToLong(t -> iteration.tensors().get(t).bytes()).sum();
      if (bytes > machine.gpuBytes()) {
        throw new IllegalArgumentException(
            "%s: kernel %d needs %d bytes at once, more than the GPU's %d; choose a lower ratio"
                .formatted(iteration.name(), k, bytes, machine.gpuBytes()));
      }
    }
  }

  private List<List<Migration>> migrations(G10Machine machine) {
    List<Migration> planned =
        switch (policy) {
          case LRU -> List.of();
          case DEEP_UM -> lookahead();
          case G10 -> new TensorSchedule(iteration, machine).migrations();
          case SPILLWAY -> new RecordedLap(iteration, machine).migrations();
        };
    List<List<Migration>> byKernel = new ArrayList<>();
    kernels.forEach(_ -> byKernel.add(new ArrayList<>()));
    planned.forEach(migration -> byKernel.get(migration.kernel()).add(migration));
    return byKernel;
  }

  private List<Migration> lookahead() {
    List<Migration> planned = new ArrayList<>();
    for (int k = 0; k < kernels.size(); k++) {
      int[] needed = required[(k + G10Machine.DEEPUM_DEGREE) % kernels.size()];
      for (int i = needed.length - 1; i >= 0; i--) {
        planned.add(new Migration(k, needed[i], Migration.Target.GPU));
      }
    }
    return planned;
  }

  /** Runs {@code count} iterations, the first from a cold GPU. */
  public List<G10Iteration> run(int count) {
    List<G10Iteration> done = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      long start = now;
      long[] before = counters();
      long own = 0;
      for (int k = 0; k < kernels.size(); k++) {
        runKernel(k);
        own += kernels.get(k).cycles();
      }
      ticksBefore(now);
      long[] after = counters();
      for (int c = 0; c < after.length; c++) {
        after[c] -= before[c];
      }
      long page = G10Machine.PAGE_BYTES;
      done.add(
          new G10Iteration(
              now - start,
              now - start - own,
              after[0] * page,
              after[1] * page,
              after[2] * page,
              after[3] * page,
              after[4],
              after[5],
              after[6]));
    }
    return done;
  }

  private long[] counters() {
    return new long[] {
      transfers.hostIn,
      transfers.ssdIn,
      transfers.hostOut,
      transfers.ssdOut,
      faultedHost,
      faultedSsd,
      firstTouch
    };
  }

  private void ticksBefore(long time) {
    while (nextTick < time) {
      if (transfers.isIdle()) {
        long ticks = (time - nextTick + G10Machine.TICK_CYCLES - 1) / G10Machine.TICK_CYCLES;
        nextTick += ticks * G10Machine.TICK_CYCLES;
      } else {
        transfers.tick(false);
        nextTick += G10Machine.TICK_CYCLES;
      }
    }
  }

  private void runKernel(int k) {
    ticksBefore(now);
    long start = now;
    long cycles = kernels.get(k).cycles();
    beginKernel(k);
    migrations.get(k).forEach(this::start);
    if (!transfers.hasFaults() && hasArrived(k)) {
      now = start + cycles;
      return;
    }
    long earliest = start + cycles + fault(k);
    long arrived = start;
    do {
      arrived = waitForPages();
      beginKernel(k);
      if (hasArrived(k)) {
        break;
      }
      fault(k);
    } while (true);
    now = Math.max(earliest, arrived);
  }

  private long waitForPages() {
    long tick;
    do {
      tick = nextTick;
      transfers.tick(true);
      nextTick += G10Machine.TICK_CYCLES;
    } while (transfers.hasFaults() || table.isAwaiting());
    return tick;
  }

  private void beginKernel(int k) {
    for (int tensor : required[kernelNow]) {
      requiredNow[tensor] = false;
    }
    kernelNow = k;
    for (int tensor : required[k]) {
      requiredNow[tensor] = true;
    }
    int frame = table.head();
    if (policy == G10Policy.DEEP_UM) {
      Arrays.fill(inWindow, false);
      for (int ahead = 0; ahead < G10Machine.DEEPUM_DEGREE; ahead++) {
        for (int tensor : required[(k + ahead) % kernels.size()]) {
          inWindow[tensor] = true;
        }
      }
      table.setCandidate(afterWindow(frame));
    } else {
      table.setCandidate(afterMoving(frame));
    }
  }

  private int afterWindow(int from) {
    int frame = from;
    while (frame != NONE && inWindow[table.tensorOf(table.pageIn(frame))]) {
      frame = table.after(frame);
    }
    return frame;
  }

  private int afterMoving(int from) {
    int frame = from;
    while (frame != NONE && table.isMoving(table.pageIn(frame))) {
      frame = table.after(frame);
    }
    return frame;
  }

  private boolean hasArrived(int k) {
    for (int tensor : required[k]) {
      for (int page = table.firstPage(tensor); page < table.endPage(tensor); page++) {
        if (!table.onGpu(page) || table.isMoving(page)) {
          return false;
        }
      }
    }
    return true;
  }

  private void start(Migration migration) {
    int first = table.firstPage(migration.tensor());
    int pages = Math.min(migration.to(), table.endPage(migration.tensor()) - first);
    for (int page = first + migration.from(); page < first + pages; page++) {
      if (table.isMoving(page)) {
        continue;
      }
      boolean here = table.onGpu(page);
      switch (migration.target()) {
        case GPU -> {
          if (!here) {
            transfers.prefetch(page);
          }
        }
        case HOST, SSD -> {
          if (here) {
            transfers.evict(page, migration.target() == Migration.Target.SSD ? SSD : HOST);
          }
        }
        case NOWHERE -> {
          if (here) {
            table.leave(page, ABSENT);
          } else {
            table.forget(page);
          }
        }
      }
    }
  }

  /** Queues what is missing; returns the penalty in cycles. */
  private long fault(int k) {
    Side in = faultOn(inputs[k]);
    Side out = faultOn(outputs[k]);
    for (int tensor : required[k]) {
      for (int page = table.firstPage(tensor); page < table.endPage(tensor); page++) {
        if (table.isMoving(page)) {
          table.await(page);
        }
      }
    }
    return FaultPenalty.cycles(kernels.get(k), in, out);
  }

  private Side faultOn(int[] tensors) {
    Side side = new Side();
    for (int tensor : tensors) {
      int first = table.firstPage(tensor);
      int end = table.endPage(tensor);
      side.pages += end - first;
      for (int page = first; page < end; page++) {
        if (table.isMoving(page) || table.onGpu(page)) {
          continue;
        }
        switch (table.place(page)) {
          case HOST -> faultedHost++;
          case SSD -> {
            faultedSsd++;
            side.missingOnSsd++;
          }
          default -> firstTouch++;
        }
        side.missing++;
        transfers.fault(page);
      }
    }
    return side;
  }

  /** Victims in the order of arrival. */
  private final class Choice implements Transfers.Victims {

    @Override
    public boolean isRequired(int tensor) {
      return requiredNow[tensor];
    }

    @Override
    public int choose(boolean forFault) {
      if (policy == G10Policy.SPILLWAY && !forFault) {
        return NONE; // what leaves is in the schedule; what comes waits for it
      }
      if (policy != G10Policy.DEEP_UM) {
        int frame = afterMoving(table.candidate());
        if (frame == NONE) {
          frame = afterMoving(table.head());
        }
        table.setCandidate(table.after(frame));
        return frame;
      }
      if (!forFault) {
        int frame = afterWindow(table.candidate());
        table.setCandidate(frame == NONE ? NONE : table.after(frame));
        return frame;
      }
      int frame = afterMoving(table.head());
      if (frame == table.candidate()) {
        table.setCandidate(table.after(frame));
      }
      return frame;
    }

    @Override
    public int destination(int tensor) {
      boolean dead =
          policy == G10Policy.DEEP_UM && !iteration.tensors().get(tensor).isLive(kernelNow);
      return dead ? ABSENT : HOST;
    }
  }
}
