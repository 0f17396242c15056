package io.spillway.advise.apply;

import io.spillway.SessionContext;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.advise.Basis;
import io.spillway.advise.SiteHint;
import io.spillway.advise.Treatment;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * One hint on one allocation.
 *
 * <p>Where data is to live is said at allocation, so that it is filled there. That it is
 * read-mostly is said at the first kernel that touches it, block by block: said before, filling it
 * runs at a sixth of the speed (measurements h200: {@code readmostly.beforefill}). A write that is
 * known to come takes it back, which the session does; it is said again once kernels have only read
 * for a while, and each time that while is twice as long. Observed hints go through a {@link
 * WriteTrial} first.
 *
 * <p>Safe for use by any thread.
 */
final class HintedRange {

  /** Doublings of the wait for a hint that was taken back: up to 2^10 launches. A judgement. */
  private static final int MOST_DOUBLINGS = 10;

  private static final long NO_LAUNCH = -1;

  private final SiteHint hint;
  private final AddressRange range;
  private final SessionContext context;
  private final HintCounts counts;
  private final Location device;

  /**
   * Blocks that are read-mostly now, as far as this hint is concerned; counted from the range's.
   */
  private final BitSet given = new BitSet();

  /** Blocks that were taken back: their host copy may be gone. */
  private final BitSet stale = new BitSet();

  private final WriteTrial trial;
  private boolean placed;
  private boolean closed;
  private long writingLaunch = NO_LAUNCH;
  private int timesTakenBack;
  private long launchesToWait;

  HintedRange(
      SiteHint hint,
      AddressRange range,
      SessionContext context,
      HintCounts counts,
      WriteTrial trial) {
    this.hint = hint;
    this.range = range;
    this.context = context;
    this.counts = counts;
    this.device = context.driver().device().location();
    this.trial = trial;
  }

  /** Where it is. */
  AddressRange range() {
    return range;
  }

  /**
   * The allocation has just been made: says where it is to live, if that is so for all launches.
   */
  synchronized void allocated() {
    if (hint.whileLaunches().isEmpty()) {
      place();
    }
  }

  private void place() {
    placed = true;
    switch (hint.treatment()) {
      // What is filled through the device has to land on the host, or nothing could be dropped.
      case READ_MOSTLY -> apply(new Hint.Prefer(range, Location.HOST));
      case ZERO_COPY ->
          apply(new Hint.Prefer(range, Location.HOST), new Hint.AccessedBy(range, device));
      case PREFER_DEVICE -> apply(new Hint.Prefer(range, device));
      case DISCARD_AFTER_READ -> {} // Never applied: the file's reader lets none through.
    }
  }

  private void displace() {
    placed = false;
    switch (hint.treatment()) {
      case READ_MOSTLY -> {
        for (AddressRange part : parts(given)) {
          apply(new Hint.NotReadMostly(part));
        }
        stale.or(given);
        given.clear();
        apply(new Hint.PreferNowhere(range));
      }
      case ZERO_COPY -> apply(new Hint.NotAccessedBy(range, device), new Hint.PreferNowhere(range));
      case PREFER_DEVICE -> apply(new Hint.PreferNowhere(range));
      case DISCARD_AFTER_READ -> {}
    }
  }

  /** A launch is about to touch a part of it; known writes have been prepared for. */
  synchronized void declared(Launch launch, RangeAccess access) {
    if (closed) {
      return;
    }
    boolean copy = CopyCalls.made(launch);
    if (access.kind().writes()) {
      written(launch, access.range());
    }
    boolean meant = hint.whileLaunches().isEmpty() || hint.whileLaunches().contains(launch.label());
    if (!meant) {
      if (!copy && placed) {
        takenBack();
        displace();
      }
      return;
    }
    if (copy || access.kind().writes() || launch.sequence() == writingLaunch || waits()) {
      return;
    }
    if (!placed) {
      place();
    }
    if (hint.treatment() == Treatment.READ_MOSTLY) {
      readMostly(launch, access.range());
    }
  }

  /** The session has taken read-mostly back from what is about to be written. */
  private void written(Launch launch, AddressRange writtenRange) {
    writingLaunch = launch.sequence();
    BitSet blocks = blocks(Blocks.covering(writtenRange));
    if (blocks.intersects(given)) {
      takenBack();
      blocks.and(given);
      given.andNot(blocks);
      stale.or(blocks);
    }
  }

  private void takenBack() {
    counts.takenBack();
    timesTakenBack = Math.min(MOST_DOUBLINGS, timesTakenBack + 1);
    launchesToWait = 1L << timesTakenBack;
  }

  private boolean waits() {
    if (launchesToWait > 0) {
      launchesToWait--;
    }
    return launchesToWait > 0;
  }

  private void readMostly(Launch launch, AddressRange touched) {
    if (hint.basis() == Basis.OBSERVED && !tried(launch)) {
      return;
    }
    BitSet missing = blocks(touched);
    missing.andNot(given);
    for (AddressRange part : parts(missing)) {
      apply(new Hint.Prefer(part, Location.HOST), new Hint.ReadMostly(part));
    }
    given.or(missing);
    // Its contents may be on the device alone by now, and then nothing could be dropped.
    BitSet unbacked = (BitSet) missing.clone();
    unbacked.and(stale);
    for (AddressRange part : parts(unbacked)) {
      apply(new Hint.WriteBack(part));
    }
    stale.andNot(unbacked);
  }

  /** Whether the trial is over and has found no write. */
  private boolean tried(Launch launch) {
    switch (trial.state()) {
      case NOT_BEGUN -> trial.begin(launch);
      case FOUND_WRITES -> {
        counts.refuted();
        displace();
        close();
      }
      case RUNNING -> trial.touched(launch);
      case PASSED, IMPOSSIBLE -> {}
    }
    return trial.state() == WriteTrial.State.PASSED;
  }

  /** Nothing is to be said of it any more. */
  synchronized void close() {
    closed = true;
    trial.close();
  }

  private void apply(Hint... hints) {
    context.applier().apply(Plan.of(hints), StreamHandle.DEFAULT);
  }

  private BitSet blocks(AddressRange touched) {
    BitSet blocks = new BitSet();
    touched
        .intersection(range)
        .ifPresent(part -> blocks.set(index(part.address()), index(part.end() - 1) + 1));
    return blocks;
  }

  private int index(long address) {
    return (int) ((address - range.address()) / Blocks.BYTES);
  }

  private List<AddressRange> parts(BitSet blocks) {
    List<AddressRange> parts = new ArrayList<>();
    for (int from = blocks.nextSetBit(0); from >= 0; ) {
      int end = blocks.nextClearBit(from);
      long offset = from * Blocks.BYTES;
      parts.add(range.slice(offset, Math.min((end - from) * Blocks.BYTES, range.bytes() - offset)));
      from = blocks.nextSetBit(end);
    }
    return parts;
  }
}
