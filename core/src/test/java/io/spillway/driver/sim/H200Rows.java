package io.spillway.driver.sim;

import io.spillway.driver.Location;
import io.spillway.range.ByteSize;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.ToDoubleBiFunction;
import java.util.function.ToDoubleFunction;

/** The experiment behind each row of the measurements of an H200, by the row's name. */
final class H200Rows {

  private static final long KIB = 1024;
  private static final long MIB = ByteSize.MIB;
  private static final long GIB = ByteSize.GIB;

  private final Map<String, DoubleSupplier> experiments = new LinkedHashMap<>();

  private H200Rows() {}

  /** All of them, not yet run. */
  static Map<String, DoubleSupplier> all() {
    H200Rows rows = new H200Rows();
    rows.copiesAndKernels();
    rows.faults();
    rows.prefetching();
    rows.readMostlyAndDiscard();
    rows.cyclicWeightStream();
    rows.contexts();
    rows.stripes();
    return rows.experiments;
  }

  private void row(String name, ToDoubleFunction<H200Experiment> experiment) {
    experiments.put(name, () -> experiment.applyAsDouble(new H200Experiment()));
  }

  private void pieces(
      String name, ToDoubleBiFunction<H200Experiment, Long> experiment, long... sizes) {
    for (long size : sizes) {
      row(name + " " + size, one -> experiment.applyAsDouble(one, size));
    }
  }

  private void stream(String name, ToDoubleFunction<CyclicStream> experiment) {
    experiments.put("cyclic." + name, () -> experiment.applyAsDouble(new CyclicStream()));
  }

  private void copiesAndKernels() {
    row("pinned.h2d", e -> e.pinnedCopy(true, 2 * GIB));
    row("pinned.d2h", e -> e.pinnedCopy(false, 2 * GIB));
    row("pinned.both", H200Experiment::pinnedBoth);
    pieces(
        "pinned.h2d.chunk",
        (e, size) -> e.pinnedCopy(true, size),
        64 * KIB,
        256 * KIB,
        MIB,
        2 * MIB,
        16 * MIB,
        64 * MIB);
    row("device.read", H200Experiment::deviceRead);
    row("zerocopy.pinned", H200Experiment::zeroCopyPinned);
    row("zerocopy.managed", H200Experiment::zeroCopyManaged);
    row("zerocopy.managed.write", H200Experiment::zeroCopyWrite);
    row("zerocopy.duplex 1 read 1 written", e -> e.zeroCopyDuplex(1));
    row("zerocopy.duplex 2 read 1 written", e -> e.zeroCopyDuplex(2));
    row("zerocopy.duplex updated", H200Experiment::zeroCopyUpdate);
    row("memcpy.managed.d2h", e -> e.managedCopy(false));
    row("memcpy.managed.h2d", e -> e.managedCopy(true));
    row("firsttouch.host", H200Experiment::hostFirstTouch);
  }

  private void faults() {
    row("fault.h2d first", H200Experiment::faultFirst);
    row("fault.h2d second", H200Experiment::faultSecond);
    row("fault.h2d.readmostly", H200Experiment::faultReadMostly);
    row("readmostly.gpuwrite", H200Experiment::readMostlyGpuWrite);
    row("readmostly.hostwrite", H200Experiment::readMostlyHostWrite);
    row("readmostly.hostwrite.nextread", H200Experiment::readAfterHostWrite);
  }

  private void prefetching() {
    long[] sizes = {2 * MIB, 8 * MIB, 32 * MIB, 128 * MIB, 512 * MIB, 6 * GIB};
    pieces("prefetch.h2d", H200Experiment::prefetchIn, sizes);
    pieces("prefetch.h2d.issue", H200Experiment::issuePart, Arrays.copyOf(sizes, 4));
    pieces("prefetch.d2h", H200Experiment::prefetchOut, sizes);
    row("prefetch.d2h.dirty 1 thread", e -> e.prefetchOutDirty(1));
    row("prefetch.d2h.dirty 4 threads", e -> e.prefetchOutDirty(4));
    row("prefetch.d2h.first", H200Experiment::prefetchOutFirst);
    row("prefetch.d2h.again", e -> e.prefetchOut(6 * GIB));
    row("prefetch.untouched", H200Experiment::prefetchUntouched);
    row("prefetch.both", H200Experiment::prefetchBoth);
    row("prefetch.resident.us_per_2MiB", H200Experiment::prefetchResidentMicrosPerBlock);
    row("prefetch.batch.32M", H200Experiment::prefetchBatch);
    row("prefetch.overlap", H200Experiment::prefetchOverlap);
    row("prefetch.overlap.kernel", H200Experiment::kernelSlowdownUnderPrefetch);
  }

  private void readMostlyAndDiscard() {
    long[] sizes = {2 * MIB, 16 * MIB, 64 * MIB, 128 * MIB, 256 * MIB, GIB, 6 * GIB};
    pieces("readmostly.prefetch", H200Experiment::readMostlyPrefetch, sizes);
    row("readmostly.prefetch.threads", H200Experiment::readMostlyPrefetchThreads);
    pieces("readmostly.drop.ms_per_6GiB", H200Experiment::readMostlyDropMillis, sizes);
    row("readmostly.set.first.ms_per_GiB", H200Experiment::readMostlySetMillisPerGib);
    row("readmostly.set.resident", H200Experiment::readMostlySetResident);
    row("readmostly.beforefill.fill", e -> e.readMostlyBeforeFill()[0]);
    row("readmostly.beforefill.first_prefetch", e -> e.readMostlyBeforeFill()[1]);
    row("discard.us_per_2MiB", H200Experiment::discardMicrosPerBlock);
    row("discard_prefetch.h2d", e -> e.discardPrefetch(Location.device(0)));
    row("discard_prefetch.d2h", e -> e.discardPrefetch(Location.HOST));
  }

  private void cyclicWeightStream() {
    stream("in_core", CyclicStream::allResident);
    stream("link_bound", CyclicStream::linkBound);
    stream("explicit_kept12_ring4", e -> e.ring(12));
    stream("explicit_ring4", e -> e.ring(0));
    experiments.put("cyclic.managed_kept12_best", () -> kept12()[0]);
    experiments.put("cyclic.managed_kept12_median", () -> (kept12()[15] + kept12()[16]) / 2);
    stream("managed_stream_all", e -> e.managed(0, CyclicStream.Setting.USUAL));
    stream("fault_lru_drop", e -> e.faults(true));
    stream("fault_lru_writeback", e -> e.faults(false));
    stream("zerocopy_1_read", e -> e.zeroCopy(1));
    stream("zerocopy_20_reads", e -> e.zeroCopy(CyclicStream.READS));
  }

  private void stripes() {
    for (double part : new double[] {0.25, 0.5}) {
      stripes("read %.2f first".formatted(part), e -> e.readFirst(part, 8.02));
      stripes("read %.2f last".formatted(part), e -> e.readLast(part, 8.02));
      for (long stripe : new long[] {64 * MIB, 16 * MIB, 4 * MIB}) {
        stripes("read %.2f by %d".formatted(part, stripe), e -> e.readStriped(part, stripe, 8.02));
      }
    }
    for (double compute : new double[] {4.01, 8.01}) {
      for (double[] parts : new double[][] {{0.25, 0.25}, {0.5, 0.25}, {0.5, 0.5}, {0.75, 0.5}}) {
        stripes(
            "both %.2f %.2f %.2f ms".formatted(parts[0], parts[1], compute),
            e -> e.bothStriped(parts[0], parts[1], compute));
      }
    }
  }

  private void stripes(String name, ToDoubleFunction<StripesExperiment> experiment) {
    experiments.put("stripes." + name, () -> experiment.applyAsDouble(new StripesExperiment()));
  }

  private void context(String name, ToDoubleFunction<ContextsExperiment> experiment) {
    experiments.put("contexts." + name, () -> experiment.applyAsDouble(new ContextsExperiment()));
  }

  private void contexts() {
    for (int contexts : new int[] {1, 2, 4}) {
      for (long size : new long[] {8 * MIB, 32 * MIB, 128 * MIB}) {
        context("d2h %d by %d".formatted(size, contexts), e -> e.backBy(contexts, size));
      }
    }
    context("h2d by 2", e -> e.fetchedBy(2, 64 * MIB));
    context("h2d.kernels by 2", e -> e.fetchedBesideKernels(2, 64 * MIB));
    context("h2d.drop by 1", e -> e.fetchedAndDropped(1, 64 * MIB, 3, false));
    context("h2d.drop.kernels by 1", e -> e.fetchedAndDropped(1, 64 * MIB, 3, true));
    for (int contexts : new int[] {2, 4}) {
      context("h2d.drop by " + contexts, e -> e.fetchedAndDropped(contexts, 128 * MIB, 2, false));
      context(
          "h2d.drop.kernels by " + contexts,
          e -> e.fetchedAndDropped(contexts, 128 * MIB, 2, true));
    }
    for (int contexts : new int[] {1, 2}) {
      context("both.d2h by " + contexts, e -> e.backBesideFetches(contexts, 32 * MIB));
      context("both.h2d by " + contexts, e -> e.fetchedBesideBack(contexts, 32 * MIB));
      for (TouchKind kind : List.of(TouchKind.READ, TouchKind.WRITE)) {
        String name = kind == TouchKind.READ ? "inplace.fetch" : "inplace.write.fetch";
        context(name + " by " + contexts, e -> e.inPlaceBesideFetches(contexts, 64 * MIB, kind));
      }
    }
    inPlace("read", TouchKind.READ, 1, 2, 4);
    inPlace("write", TouchKind.WRITE, 1, 2);
  }

  private void inPlace(String name, TouchKind kind, int... counts) {
    for (int contexts : counts) {
      context(
          "inplace.%s.d2h by %d".formatted(name, contexts),
          e -> e.backBesideInPlace(contexts, 32 * MIB, kind));
      context(
          "inplace.%s by %d".formatted(name, contexts),
          e -> e.inPlaceBesideBack(contexts, 32 * MIB, kind));
    }
  }

  /** Seconds per pass with each of the 32 settings, in ascending order. */
  private static double[] kept12() {
    return CyclicStream.Setting.thirtyTwo().stream()
        .mapToDouble(setting -> new CyclicStream().managed(12, setting))
        .sorted()
        .toArray();
  }
}
