package io.spillway.advise.apply;

import io.spillway.advise.SiteHint;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/** What became of a file's hints in one session. Safe for use by any thread. */
final class HintCounts {

  private final int inFile;
  private final Set<SiteHint> found = ConcurrentHashMap.newKeySet();
  private final LongAdder clipped = new LongAdder();
  private final LongAdder skipped = new LongAdder();
  private final LongAdder takenBack = new LongAdder();
  private final LongAdder refuted = new LongAdder();
  private final LongAdder failed = new LongAdder();

  HintCounts(List<SiteHint> hints) {
    inFile = hints.size();
  }

  /** An allocation was made that {@code hint} is for. */
  void found(SiteHint hint) {
    found.add(hint);
  }

  /** The allocation has another size, and the hint covers what there is of it. */
  void clipped() {
    clipped.increment();
  }

  /** The allocation has another size, and the hint means nothing there. */
  void skipped() {
    skipped.increment();
  }

  /** A write, or a launch that it is not for, ended a hint for now. */
  void takenBack() {
    takenBack.increment();
  }

  /** What was observed to be only read is written. */
  void refuted() {
    refuted.increment();
  }

  /** Giving it failed, in a way that is not the driver's refusal. */
  void failed() {
    failed.increment();
  }

  /** In a line. */
  String line() {
    return "%d of %d hints met their allocation, %d unknown; %d clipped and %d skipped for another size; taken back %d times, %d refuted, %d failed"
        .formatted(
            found.size(),
            inFile,
            inFile - found.size(),
            clipped.sum(),
            skipped.sum(),
            takenBack.sum(),
            refuted.sum(),
            failed.sum());
  }
}
