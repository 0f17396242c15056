package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.UpcomingLaunch;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.hint.Plan;
import io.spillway.predict.Touches;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Watches launches as long as managed memory is live for which there is no room, and opens a {@link
 * PredictiveEngine} when a lap of them is recognised.
 *
 * <p>Until then it calls no driver and starts no task: a program without laps runs as without it.
 * The engine is opened on the background thread, since that takes a third of a second; launches go
 * on, and the first one after that hands over what was seen. A launch belongs to the watch or to
 * the engine as a whole.
 */
final class LapWatch implements SessionListener {

  /**
   * Launches without a lap after which nobody watches any more, 2^20: at the half microsecond that
   * looking at a launch takes, half a second in the life of a program that is never cyclic.
   */
  private static final long MOST_WATCHED = 1 << 20;

  private final SessionContext context;
  private final Waits waits;
  private final long mostWatched;
  private final WatchedLaunches watched = new WatchedLaunches();
  private final ThreadLocal<OwnLaunch> own = ThreadLocal.withInitial(OwnLaunch::new);

  /** Whether more managed memory is live than there is room for. */
  private volatile boolean exceeds;

  /** Why nobody watches any more, if so. */
  private volatile @Nullable String over;

  /** Open, and not told of launches yet. */
  private final SpareEngine spare;

  /** Told of launches. */
  private volatile @Nullable PredictiveEngine engine;

  /** What was freed while an engine was open and not told of launches. Guarded by this. */
  private final List<AddressRange> freed = new ArrayList<>();

  private volatile int lapLaunches;

  /** The launch a thread is declaring. */
  private static final class OwnLaunch {
    private long sequence = -1;
    private @Nullable PredictiveEngine engine;
    private final Touches touches = new Touches();
  }

  LapWatch(SessionContext context, MoveSizing sizing, Waits waits) {
    this(context, sizing, waits, MOST_WATCHED);
  }

  /** Watches no more launches than that. */
  LapWatch(SessionContext context, MoveSizing sizing, Waits waits, long mostWatched) {
    this.context = context;
    this.waits = waits;
    this.mostWatched = mostWatched;
    this.spare = new SpareEngine(context, sizing, waits, this::fail);
  }

  @Override
  public boolean listening() {
    return engine != null || (exceeds && over == null);
  }

  @Override
  public void allocated(LiveAllocation allocation) {
    weigh(0);
    PredictiveEngine to = engine;
    if (to != null) {
      to.allocated(allocation);
    }
  }

  @Override
  public void freeing(AddressRange range) {
    LiveAllocation allocation = context.ledger().find(range.address());
    boolean managed = allocation != null && allocation.kind() == MemoryKind.MANAGED;
    weigh(managed ? range.bytes() : 0);
    PredictiveEngine to = engine;
    if (to == null && managed) {
      to = freeingUntold(range);
    }
    if (to != null) {
      to.freeing(range);
    }
  }

  /** The engine, if it has been told of launches meanwhile; else it is told of this with them. */
  private synchronized @Nullable PredictiveEngine freeingUntold(AddressRange range) {
    if (engine == null && spare.ready() != null && over == null) {
      freed.add(range);
    }
    return engine;
  }

  /**
   * Looks whether there is room for what is managed.
   *
   * @param freeingBytes of it that are still counted as live
   */
  private synchronized void weigh(long freeingBytes) {
    boolean before = exceeds;
    boolean now =
        context.ledger().liveBytes(MemoryKind.MANAGED) - freeingBytes
            > context.residentLimitBytes().getAsLong();
    if (now && !before) {
      watched.lose();
    } else if (before && !now && engine == null) {
      spare.unneeded(); // it takes memory of the device; with the next lap another is opened
      freed.clear();
    }
    exceeds = now;
  }

  @Override
  public void declared(Launch launch, RangeAccess access) {
    OwnLaunch current = own.get();
    if (current.sequence != launch.sequence()) {
      current.sequence = launch.sequence();
      current.engine = engine;
      current.touches.begin(launch.label());
    }
    PredictiveEngine to = current.engine;
    if (to != null) {
      to.declared(launch, access);
    } else if (listening()) {
      add(current.touches, access);
    }
  }

  /** The same of a launch that the engine would see. */
  private void add(Touches touches, RangeAccess access) {
    AddressRange range = access.range();
    LiveAllocation allocation = context.ledger().find(range.address());
    if (allocation != null && allocation.kind() == MemoryKind.MANAGED) {
      AddressRange inside = PredictiveEngine.inside(range, allocation);
      if (!context.applier().readInPlace(allocation, inside)) {
        touches.add(inside.address(), inside.bytes(), access.kind());
      }
    }
  }

  @Override
  public void issued(Launch launch) {
    OwnLaunch current = own.get();
    if (current.sequence != launch.sequence()) {
      return;
    }
    PredictiveEngine to = current.engine;
    if (to != null) {
      to.issued(launch);
    } else if (current.touches.count() > 0 && listening()) {
      watch(launch, current.touches);
    }
    current.sequence = -1;
    current.engine = null;
  }

  private void watch(Launch launch, Touches touches) {
    if (watched.observe(touches)) {
      if (spare.ready() == null) {
        open();
      } else {
        begin(launch);
      }
    } else if (watched.count() >= mostWatched) {
      end("no lap in %,d launches".formatted(mostWatched));
    }
  }

  private synchronized void end(String reason) {
    if (over == null) {
      over = reason;
      freed.clear();
      spare.giveBack();
    }
  }

  private synchronized void open() {
    if (engine == null && over == null && exceeds) {
      spare.open();
    }
  }

  private void fail(RuntimeException e) {
    end("off: " + e.getMessage());
    System.getLogger(LapWatch.class.getName())
        .log(System.Logger.Level.WARNING, "a lap was recognised, and no engine could be opened", e);
  }

  /** The engine learns what was seen, and of all launches from the next one on. */
  private synchronized void begin(Launch launch) {
    PredictiveEngine ready = spare.ready();
    if (ready == null || engine != null || over != null) {
      return;
    }
    watched
        .take()
        .ifPresent(
            lap -> {
              lapLaunches = lap.length();
              ready.takeOver(lap, launch);
              freed.forEach(ready::freeing);
              freed.clear();
              engine = ready;
              spare.taken();
            });
  }

  @Override
  public boolean fetch(AddressRange range) {
    PredictiveEngine to = engine;
    return to != null && to.fetch(range);
  }

  @Override
  public void upcoming(List<UpcomingLaunch> launches) {
    PredictiveEngine to = engine;
    if (to != null) {
      to.upcoming(launches);
    }
  }

  @Override
  public void budgetResized() {
    weigh(0);
    PredictiveEngine to = engine;
    if (to != null) {
      to.budgetResized();
    }
  }

  @Override
  public void applied(Plan plan) {
    PredictiveEngine to = engine;
    if (to != null) {
      to.applied(plan);
    }
  }

  @Override
  public String state() {
    PredictiveEngine to = engine;
    if (to != null) {
      return "since a lap of %d launches, %s".formatted(lapLaunches, to.state());
    }
    String reason = over;
    if (reason != null) {
      return reason;
    }
    long seen = watched.count();
    return exceeds || seen > 0
        ? "waits for a lap, %d launches seen".formatted(seen)
        : "waits: there is room for all that is managed";
  }

  /** Before there is an engine, nobody keeps the budget, nor an account. */
  @Override
  public OptionalLong mostResidentBytes() {
    PredictiveEngine to = engine;
    return to == null ? OptionalLong.empty() : to.mostResidentBytes();
  }

  @Override
  public void close() {
    end("closed");
    PredictiveEngine open = engine;
    try {
      if (open != null) {
        open.close();
      }
    } finally {
      endSpare();
    }
  }

  private void endSpare() {
    if (!spare.end()) {
      System.getLogger(LapWatch.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "a prefetcher is still being opened or closed after {0} s: it is left to the driver",
              TimeUnit.NANOSECONDS.toSeconds(waits.close()));
    }
  }
}
