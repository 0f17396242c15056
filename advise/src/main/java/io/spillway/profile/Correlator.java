package io.spillway.profile;

import io.spillway.profile.cupti.Activity;
import io.spillway.profile.cupti.CallActivity;
import io.spillway.profile.cupti.KernelActivity;
import io.spillway.profile.cupti.MemoryActivity;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Finds the launch that each kernel run, fault and transfer belongs to.
 *
 * <p>A kernel belongs to the launch under whose number it was called. Faults and transfers carry no
 * such number: they belong to the kernel that ran when they began; of several, to one whose launch
 * touches the address, else to one of which nothing is known, else to any of them; of several
 * still, to the one that began last. A fault of the host belongs to the last kernel to begin before
 * it.
 *
 * <p>Records come in any order, and a kernel's only when it is done. So what a kernel covers is
 * held for a while ({@link Limits#graceNanos}), in which other kernels may turn out to cover it
 * too, and what none covers for longer ({@link Limits#holdNanos}), in which one may end. The result
 * is that of knowing everything at once if no kernel takes longer than the former and the limits
 * are not reached; if one is, the oldest are decided with what is known.
 *
 * <p>Belongs to one thread.
 */
final class Correlator {

  /**
   * How much is held.
   *
   * @param graceNanos how long what is covered waits
   * @param holdNanos how long what is not covered waits, and kernel runs are kept
   * @param mostPending the most faults and transfers that wait
   * @param mostRuns the most kernel runs kept, and calls and launches remembered
   */
  record Limits(long graceNanos, long holdNanos, int mostPending, int mostRuns) {

    /**
     * 1 s and 10 s: records are flushed once a second. Half a million records are what a kernel
     * faulting at 12 GB/s makes in 10 s (a fault and a transfer per 2 MiB and several smaller ones
     * before, measured on an H200), and take 40 MB; 256 Ki runs take 20 MB.
     */
    static final Limits STANDARD =
        new Limits(TimeUnit.SECONDS.toNanos(1), TimeUnit.SECONDS.toNanos(10), 1 << 19, 1 << 18);
  }

  private static final Comparator<Run> BY_START =
      Comparator.comparingLong((Run run) -> run.kernel.startNanos())
          .thenComparingLong(run -> run.kernel.endNanos())
          .thenComparingLong(run -> run.sequence);

  private static final Comparator<MemoryActivity> EARLIEST_FIRST =
      Comparator.comparingLong(MemoryActivity::startNanos);

  private final Limits limits;
  private final Consumer<Attributed> sink;
  private final LaunchRanges ranges;
  private final Map<Integer, Long> sequenceByCorrelation = new LinkedHashMap<>();
  private List<Run> runs = new ArrayList<>();
  private List<MemoryActivity> pending = new ArrayList<>();
  private long newestNanos = Long.MIN_VALUE;
  private long sweptNanos = Long.MIN_VALUE;
  private long unattributed;

  /** A kernel, and its launch once that is known. */
  private static final class Run {
    private final KernelActivity kernel;
    private long sequence = Attributed.NOBODY;
    private boolean told;

    Run(KernelActivity kernel) {
      this.kernel = kernel;
    }
  }

  /**
   * An empty one.
   *
   * @param sink given each record once, when its launch is known or given up
   */
  Correlator(Limits limits, Consumer<Attributed> sink) {
    this.limits = limits;
    this.sink = sink;
    this.ranges = new LaunchRanges(limits.mostRuns);
  }

  /** {@code sequence} touches {@code range}. */
  void touches(long sequence, AddressRange range) {
    ranges.add(sequence, range);
  }

  void accept(Activity activity) {
    switch (activity) {
      case CallActivity call -> called(call);
      case KernelActivity kernel -> {
        newestNanos = Math.max(newestNanos, kernel.endNanos());
        runs.add(new Run(kernel));
        if (runs.size() > limits.mostRuns) {
          sweep(false);
        }
      }
      case MemoryActivity memory -> {
        newestNanos = Math.max(newestNanos, memory.endNanos());
        if (ActivityCodes.owner(memory) == ActivityCodes.Owner.NOBODY) {
          sink.accept(new Attributed(memory, Attributed.NOBODY));
        } else {
          pending.add(memory);
          if (pending.size() > limits.mostPending) {
            sweep(false);
          }
        }
      }
    }
  }

  private void called(CallActivity call) {
    sequenceByCorrelation.put(call.correlation(), call.id());
    if (sequenceByCorrelation.size() > limits.mostRuns) {
      sequenceByCorrelation.remove(sequenceByCorrelation.keySet().iterator().next());
    }
  }

  /** Decides what can be decided; to be called whenever there is time. */
  void advance() {
    if (!(runs.isEmpty() && pending.isEmpty())
        && (sweptNanos == Long.MIN_VALUE || newestNanos - sweptNanos >= limits.graceNanos / 4)) {
      sweep(false);
    }
  }

  /** Decides everything. */
  void close() {
    sweep(true);
  }

  /** Faults and transfers of a kernel's that no known launch was found for. */
  long unattributed() {
    return unattributed;
  }

  private void sweep(boolean all) {
    sweptNanos = newestNanos;
    tellRuns(all || runs.size() > limits.mostRuns);
    runs.sort(BY_START);
    pending.sort(EARLIEST_FIRST);
    int forced = all ? pending.size() : Math.max(0, pending.size() - limits.mostPending / 2);
    List<MemoryActivity> kept = new ArrayList<>();
    List<Run> covering = new ArrayList<>();
    Run begun = null;
    int next = 0;
    for (int i = 0; i < pending.size(); i++) {
      MemoryActivity activity = pending.get(i);
      long nanos = activity.startNanos();
      while (next < runs.size() && runs.get(next).kernel.startNanos() <= nanos) {
        begun = runs.get(next++);
        covering.add(begun);
      }
      covering.removeIf(run -> run.kernel.endNanos() < nanos);
      Run owner = owner(activity, covering, begun);
      long waited = newestNanos - nanos;
      boolean decided =
          owner != null
              && owner.told
              && covering.stream().allMatch(run -> run.told)
              && waited >= limits.graceNanos;
      if (i < forced || decided || waited >= limits.holdNanos) {
        tell(activity, owner);
      } else {
        kept.add(activity);
      }
    }
    pending = kept;
    forgetRuns();
  }

  /** Passes on kernels whose launch is known, or will not be any more. */
  private void tellRuns(boolean all) {
    for (Run run : runs) {
      if (!run.told) {
        Long sequence = sequenceByCorrelation.get(run.kernel.correlation());
        if (sequence != null || all || newestNanos - run.kernel.endNanos() >= limits.graceNanos) {
          run.sequence = sequence == null ? Attributed.NOBODY : sequence;
          run.told = true;
          sink.accept(new Attributed(run.kernel, run.sequence));
        }
      }
    }
  }

  private void tell(MemoryActivity activity, @Nullable Run owner) {
    long sequence = owner == null ? Attributed.NOBODY : owner.sequence;
    if (sequence == Attributed.NOBODY
        && ActivityCodes.owner(activity) != ActivityCodes.Owner.LAST_BEGUN) {
      unattributed++;
    }
    sink.accept(new Attributed(activity, sequence));
  }

  private @Nullable Run owner(MemoryActivity activity, List<Run> covering, @Nullable Run begun) {
    return switch (ActivityCodes.owner(activity)) {
      case LAST_BEGUN -> begun;
      case RUNNING -> covering.isEmpty() ? null : covering.getLast();
      case RUNNING_AND_TOUCHING -> toucher(activity.address(), covering);
      case NOBODY -> null;
    };
  }

  /** The last to begin of those whose launch most probably touches the address. */
  private @Nullable Run toucher(long address, List<Run> covering) {
    if (covering.size() == 1) {
      return covering.getFirst();
    }
    Run unknown = null;
    for (Run run : covering.reversed()) {
      LaunchRanges.Touch touch = ranges.touches(run.sequence, address);
      if (touch == LaunchRanges.Touch.YES) {
        return run;
      }
      if (touch == LaunchRanges.Touch.UNKNOWN && unknown == null) {
        unknown = run;
      }
    }
    return unknown != null || covering.isEmpty() ? unknown : covering.getLast();
  }

  /**
   * Drops what nothing that still comes can belong to, and the oldest if there are too many. The
   * last to begin stays: the host's faults are its own until another begins.
   */
  private void forgetRuns() {
    List<Run> kept = new ArrayList<>();
    int excess = runs.size() > limits.mostRuns ? runs.size() - limits.mostRuns / 2 : 0;
    for (int i = 0; i < runs.size(); i++) {
      Run run = runs.get(i);
      boolean old = newestNanos - run.kernel.endNanos() >= limits.holdNanos;
      if (!run.told || i == runs.size() - 1 || !(old || i < excess)) {
        kept.add(run);
      }
    }
    runs = kept;
  }
}
