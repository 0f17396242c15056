package io.spillway.advise.apply;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.advise.SiteHint;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * One session that is given hints. Nothing that fails here reaches the program: it is counted, and
 * logged once.
 */
final class HintedSession implements SessionListener {

  private final SessionContext context;
  private final HintIndex index;
  private final HintCounts counts;
  private final Optional<String> problem;
  private final Map<LiveAllocation, HintedAllocation> hinted = new ConcurrentHashMap<>();
  private final Set<WriteTrial> trials = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean logged = new AtomicBoolean();
  private volatile boolean closed;

  /**
   * Gives {@code hints}.
   *
   * @param problem why there are none, if something is wrong with them
   */
  HintedSession(SessionContext context, List<SiteHint> hints, Optional<String> problem) {
    this.context = context;
    this.index = new HintIndex(hints);
    this.counts = new HintCounts(hints);
    this.problem = problem;
  }

  @Override
  public void allocated(LiveAllocation allocation) {
    if (allocation.kind() == MemoryKind.MANAGED && !closed) {
      guarded(() -> begin(allocation));
    }
  }

  private void begin(LiveAllocation allocation) {
    List<HintedRange> ranges = new ArrayList<>();
    for (SiteHint hint : index.of(allocation)) {
      counts.found(hint);
      AddressRange range = place(hint, allocation);
      if (range != null) {
        WriteTrial trial = new WriteTrial(context, allocation, range, trials);
        ranges.add(new HintedRange(hint, range, context, counts, trial));
      }
    }
    if (!ranges.isEmpty()) {
      hinted.put(allocation, new HintedAllocation(ranges));
      ranges.forEach(HintedRange::allocated);
    }
  }

  /**
   * Where a hint belongs in an allocation. Made for another size, one that was for all of it is for
   * all that is there; one for a part means nothing any more.
   */
  private @Nullable AddressRange place(SiteHint hint, LiveAllocation allocation) {
    long bytes = allocation.range().bytes();
    if (allocation.requestedBytes() == hint.allocationBytes()) {
      return allocation.range().slice(hint.offset(), Math.min(hint.bytes(), bytes - hint.offset()));
    }
    if (!hint.whole()) {
      counts.skipped();
      return null;
    }
    counts.clipped();
    return allocation.range().slice(0, Math.min(Blocks.ceil(hint.bytes()), bytes));
  }

  @Override
  public void declared(Launch launch, RangeAccess access) {
    HintedAllocation allocation = closed ? null : find(access.range());
    if (allocation != null) {
      guarded(() -> allocation.declared(launch, access));
    }
  }

  @Override
  public void issued(Launch launch) {
    for (WriteTrial trial : trials) {
      guarded(() -> trial.issued(launch));
    }
  }

  private @Nullable HintedAllocation find(AddressRange range) {
    if (hinted.isEmpty()) {
      return null;
    }
    LiveAllocation allocation = context.ledger().find(range.address());
    return allocation == null ? null : hinted.get(allocation);
  }

  @Override
  public void freeing(AddressRange range) {
    LiveAllocation allocation = context.ledger().find(range.address());
    HintedAllocation gone = allocation == null ? null : hinted.remove(allocation);
    if (gone != null) {
      guarded(gone::close);
    }
  }

  private void guarded(Runnable work) {
    try {
      work.run();
    } catch (RuntimeException e) {
      counts.failed();
      if (logged.compareAndSet(false, true)) {
        System.getLogger(HintedSession.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "a hint could not be given; results are unaffected, and further failures are only"
                    + " counted",
                e);
      }
    }
  }

  @Override
  public String state() {
    return problem.map(text -> "off: " + text).orElseGet(() -> "on: " + counts.line());
  }

  @Override
  public void close() {
    closed = true;
    hinted.values().forEach(allocation -> guarded(allocation::close));
    hinted.clear();
  }
}
