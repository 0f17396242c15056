package io.spillway.benchmarks.compare.g10;

import io.spillway.benchmarks.compare.g10.Migration.Target;
import io.spillway.benchmarks.trace.TrainingIteration;
import io.spillway.benchmarks.trace.TrainingIteration.Kind;
import io.spillway.benchmarks.trace.TrainingIteration.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * G10's offline schedule (Zhang et al., MICRO 2023): while some kernel needs more than the GPU has,
 * send away the tensor whose absence relieves the most byte-time, if its gap is long enough for the
 * round trip; fetch it as late as the forecast link allows, then as early as memory allows.
 *
 * <p>What its {@link IntroSort} does to equals decides a good part of the schedule: many gaps tie,
 * since most tensors have the size of most others, and a settled gap that comes first ends it.
 */
final class TensorSchedule {

  /** Part of the GPU the schedule fills. */
  private static final double FILLED_PART = 0.99;

  /** Microseconds to allocate one byte: the artifact's {@code GPU_malloc_uspB}. */
  private static final double ALLOCATE_MICROS_PER_BYTE = 8.14e-7;

  /** Microseconds the schedule allows for a fault; never charged in the simulation. */
  private static final double SYSTEM_MICROS = 45;

  /** Microseconds the schedule allows for the SSD to answer. */
  private static final double SSD_MICROS = 20;

  /** How much of a transfer's time is added for safety: the artifact's {@code delta_parameter}. */
  private static final double SAFETY_PART = 0.5;

  /** The schedule takes a GB for 2^30 bytes, where the simulation takes 10^9. */
  private static final double BINARY_GB = 1.073741824;

  private static final double MICROS_PER_SECOND = 1e6;
  private static final double CYCLES_PER_MICRO = G10Machine.CLOCK_HZ / MICROS_PER_SECOND;
  private static final double LINK_RATE =
      G10Machine.LINK_BYTES_PER_SECOND * BINARY_GB / MICROS_PER_SECOND;
  private static final double SSD_RATE =
      G10Machine.SSD_BYTES_PER_SECOND * BINARY_GB / MICROS_PER_SECOND;

  private final TrainingIteration iteration;
  private final G10Machine machine;
  private final int count;
  private final double[] startMicros;
  private final double[] residentBytes;
  private final double[] hostBytes;
  private final TransferForecast in;
  private final TransferForecast out;
  private final List<Migration> migrations = new ArrayList<>();
  private final List<Gap> delayed = new ArrayList<>();

  TensorSchedule(TrainingIteration iteration, G10Machine machine) {
    this.iteration = iteration;
    this.machine = machine;
    count = iteration.kernels().size();
    startMicros = new double[2 * count + 1];
    double[] micros = new double[count];
    for (int k = 0; k < 2 * count; k++) {
      micros[k % count] = iteration.kernels().get(k % count).cycles() / CYCLES_PER_MICRO;
      startMicros[k + 1] = startMicros[k] + micros[k % count];
    }
    residentBytes = new double[count];
    hostBytes = new double[count];
    in = new TransferForecast(micros, LINK_RATE, SSD_RATE);
    out = new TransferForecast(micros, LINK_RATE, SSD_RATE);
  }

  /** A stretch of kernels that do not use a tensor which lives on. */
  private final class Gap {
    final Tensor tensor;
    final int start;

    /** The kernel that uses it next; beyond the last one in the next iteration. */
    final int end;

    boolean settled;

    /** Byte-microseconds it takes out of overfull kernels. */
    double relief;

    int fetchAt;
    int goneAt;

    Gap(Tensor tensor, int start, int end) {
      this.tensor = tensor;
      this.start = start;
      this.end = end;
    }

    boolean wraps() {
      return end >= count;
    }

    double micros() {
      return startMicros[end] - startMicros[start];
    }

    double weight() {
      return micros() * tensor.bytes();
    }

    boolean relievesMore(Gap other) {
      boolean tied = relief == other.relief && relief != 0;
      return tied ? weight() > other.weight() : relief > other.relief;
    }
  }

  /** The schedule, those of one kernel in the order in which they are to be started. */
  List<Migration> migrations() {
    double all = iteration.tensors().stream().mapToLong(Tensor::bytes).sum();
    Arrays.fill(residentBytes, all + iteration.tensors().getFirst().bytes());
    double line = machine.gpuBytes() * FILLED_PART;
    boundLifetimes(line);
    relieve(gaps(), line);
    fetchEarly(line);
    IntroSort.sort(migrations, (a, b) -> a.kernel() < b.kernel());
    // What dies with the last kernel goes at the start of the next iteration, before all else.
    long last = migrations.stream().filter(m -> m.kernel() == count).count();
    Collections.rotate(migrations, Math.toIntExact(last));
    return migrations.stream()
        .map(m -> new Migration(m.kernel() % count, m.tensor(), m.target()))
        .toList();
  }

  private void boundLifetimes(double line) {
    for (Tensor tensor : iteration.tensors().subList(1, iteration.tensors().size())) {
      if (fits(line)) {
        return;
      }
      if (tensor.kind() == Kind.WEIGHT) {
        continue;
      }
      double start = startMicros[tensor.birth()] - tensor.bytes() * ALLOCATE_MICROS_PER_BYTE;
      int issue = start < 0 ? 0 : kernelAt(start, 0, tensor.birth());
      migrations.add(new Migration(issue, tensor.id(), Target.GPU));
      relieve(0, issue, (double) tensor.bytes());
      migrations.add(new Migration(tensor.death(), tensor.id(), Target.NOWHERE));
      relieve(tensor.death(), count, (double) tensor.bytes());
    }
  }

  private void relieve(int from, int to, double bytes) {
    for (int k = from; k < to; k++) {
      residentBytes[k % count] -= bytes;
    }
  }

  private boolean fits(double line) {
    return fits(line, 0, count);
  }

  private boolean fits(double line, int from, int to) {
    for (int k = from; k < to; k++) {
      if (residentBytes[k % count] > line) {
        return false;
      }
    }
    return true;
  }

  private int kernelAt(double micros, int from, int to) {
    for (int k = from; k < to; k++) {
      if (startMicros[k] <= micros && startMicros[k + 1] > micros) {
        return k;
      }
    }
    return to;
  }

  private List<Gap> gaps() {
    List<List<Integer>> uses = new ArrayList<>();
    iteration.tensors().forEach(_ -> uses.add(new ArrayList<>()));
    for (int k = 0; k < count; k++) {
      for (List<Integer> side :
          List.of(iteration.kernels().get(k).inputs(), iteration.kernels().get(k).outputs())) {
        for (int tensor : side) {
          List<Integer> own = uses.get(tensor);
          if (own.isEmpty() || own.getLast() != k) {
            own.add(k);
          }
        }
      }
    }
    List<Gap> gaps = new ArrayList<>();
    for (Tensor tensor : iteration.tensors()) {
      List<Integer> own = uses.get(tensor.id());
      for (int i = 1; i < own.size(); i++) {
        if (own.get(i) > own.get(i - 1) + 1 && own.get(i) < tensor.death()) {
          gaps.add(new Gap(tensor, own.get(i - 1) + 1, own.get(i)));
        }
      }
      if (tensor.kind() == Kind.WEIGHT && !own.isEmpty()) {
        int start = own.getLast() + 1;
        if (start < count) {
          gaps.add(new Gap(tensor, start, own.getFirst() + count));
        } else if (own.getFirst() > 0) {
          gaps.add(new Gap(tensor, 0, own.getFirst()));
        }
      }
    }
    return gaps;
  }

  private void relieve(List<Gap> gaps, double line) {
    for (int round = 0; round < gaps.size() && !fits(line); round++) {
      weigh(gaps);
      IntroSort.sort(gaps, Gap::relievesMore);
      Gap best = gaps.getFirst();
      if (best.settled) {
        return;
      }
      boolean shortGap = best.end - best.start == 1;
      if (shortGap || fits(line, best.start, best.end)) {
        best.settled = true;
      } else {
        settle(best);
      }
    }
  }

  /** Notes how many bytes each gap takes for how long out of overfull kernels. */
  private void weigh(List<Gap> gaps) {
    double[] overfull = new double[2 * count + 1];
    for (int k = 0; k < 2 * count; k++) {
      boolean over = residentBytes[k % count] > machine.gpuBytes();
      // Past the last kernel the artifact takes the times from a table one longer than the kernels.
      double micros = startMicros[(k + 1) % (count + 1)] - startMicros[k % (count + 1)];
      overfull[k + 1] = overfull[k] + (over ? micros : 0);
    }
    for (Gap gap : gaps) {
      int from = gap.start;
      int to = gap.end;
      if (!gap.wraps()) {
        from = out.finish(true, gap.tensor.bytes() / 2.0, gap.start);
        to = in.start(true, gap.tensor.bytes() / 2.0, gap.end);
      }
      boolean relieves = !gap.settled && to > from;
      gap.relief = relieves ? gap.tensor.bytes() * (overfull[to] - overfull[from]) : 0;
    }
  }

  /** Schedules the round trip, unless the gap is too short for one: it stays unsettled. */
  private void settle(Gap gap) {
    double ssdMove = SSD_MICROS + SYSTEM_MICROS + gap.tensor.bytes() / SSD_RATE;
    double hostMove = SYSTEM_MICROS + gap.tensor.bytes() / LINK_RATE;
    boolean ssdAllowed = machine.weightsOnSsd();
    if (ssdAllowed && gap.micros() > ssdMove * (2 + SAFETY_PART)) {
      if (gap.wraps()) {
        wrapAround(gap, Target.SSD, ssdMove);
      } else {
        int ideal = kernelAt(startMicros[gap.start] + ssdMove, gap.start, gap.end);
        boolean toHost = !out.ssdHasRoom(gap.start, ideal) && hostHasRoom(gap);
        if (roundTrip(gap, !toHost) && toHost) {
          addToHost(gap);
        }
      }
      gap.settled = true;
      return;
    }
    if (gap.micros() <= hostMove * (2 + SAFETY_PART)) {
      return;
    }
    gap.settled = true;
    if (hostHasRoom(gap)) {
      if (gap.wraps()) {
        wrapAround(gap, Target.HOST, hostMove);
      } else {
        roundTrip(gap, false);
      }
      addToHost(gap);
    }
  }

  private boolean roundTrip(Gap gap, boolean onSsd) {
    double bytes = gap.tensor.bytes();
    gap.fetchAt = in.start(onSsd, bytes, gap.end);
    gap.goneAt = out.finish(onSsd, bytes, gap.start);
    if (gap.fetchAt <= gap.goneAt) {
      return false;
    }
    migrations.add(new Migration(gap.start, gap.tensor.id(), onSsd ? Target.SSD : Target.HOST));
    delayed.add(gap);
    in.promise(onSsd, bytes, gap.fetchAt);
    out.promise(onSsd, bytes, gap.start);
    relieve(gap.goneAt + 1, gap.fetchAt, bytes);
    return true;
  }

  private void wrapAround(Gap gap, Target target, double moveMicros) {
    int gone = kernelAt(startMicros[gap.start] + moveMicros, gap.start, gap.end);
    int fetch = kernelAt(startMicros[gap.end] - moveMicros * (1 + SAFETY_PART), gap.start, gap.end);
    if (fetch != gap.start) {
      migrations.add(new Migration(gap.start, gap.tensor.id(), target));
      migrations.add(new Migration(fetch % count, gap.tensor.id(), Target.GPU));
    }
    relieve(gone + 1, fetch, (double) gap.tensor.bytes());
  }

  private boolean hostHasRoom(Gap gap) {
    for (double bytes : hostBytes) {
      if (bytes > machine.hostBytes() - gap.tensor.bytes()) {
        return false;
      }
    }
    return true;
  }

  private void addToHost(Gap gap) {
    for (int k = gap.start; k < gap.end; k++) {
      hostBytes[k % count] += gap.tensor.bytes();
    }
  }

  private void fetchEarly(double line) {
    IntroSort.sort(delayed, (a, b) -> a.fetchAt < b.fetchAt);
    for (Gap gap : delayed) {
      int at = gap.fetchAt;
      while (at > gap.goneAt + 1 && line > residentBytes[at - 1]) {
        at--;
      }
      migrations.add(new Migration(at, gap.tensor.id(), Target.GPU));
      for (int k = at; k < gap.fetchAt; k++) {
        residentBytes[k] += gap.tensor.bytes();
      }
    }
  }
}
