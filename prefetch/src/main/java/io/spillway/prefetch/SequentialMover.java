package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.evict.ResidentBlocks;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The plain mover: keeps declared ranges within the device budget, least recently used out first,
 * and optionally fetches the range that follows the declared one in its allocation, wrapping at the
 * end.
 *
 * <p>A range leaves by a free drop where that is possible, else by a write-back, and only after the
 * last launch that used it is done. A launch waits, on the device, for the fetch of what it
 * declared; its thread waits only until that fetch has been issued, which also keeps a program from
 * running far ahead of the link.
 *
 * <p>All moving happens in the session's background executor, one task at a time; the state below
 * belongs to those tasks. A driver failure here switches the mover off, with one line in the log:
 * launches then fault.
 */
final class SequentialMover implements SessionListener {

  /** How far to fetch ahead. */
  enum Lookahead {
    /** Not at all: launches fault. */
    NONE,
    /** The one range that follows. */
    ONE_RANGE
  }

  private static final System.Logger LOG = System.getLogger(SequentialMover.class.getName());

  /** Room made and data fetched for some ranges, done in the mover's stream when the event is. */
  private record Movement(List<AddressRange> ranges, EventHandle event) {

    boolean overlaps(AddressRange range) {
      return ranges.stream().anyMatch(range::overlaps);
    }
  }

  private final SessionContext context;
  private final UnifiedMemoryDriver driver;
  private final PlanApplier applier;
  private final Lookahead lookahead;
  private final StreamHandle stream;
  private final LaunchEvents launches;

  /** Managed ranges declared by launches that are not issued yet. */
  private final Map<Long, List<AddressRange>> declaredByLaunch = new ConcurrentHashMap<>();

  private final ResidentBlocks resident = new ResidentBlocks();
  private final Deque<Movement> movements = new ArrayDeque<>();
  private final Deque<EventHandle> spareEvents = new ArrayDeque<>();
  private boolean toldOversized;
  private volatile boolean off;

  SequentialMover(SessionContext context, Lookahead lookahead) {
    this.context = context;
    this.driver = context.driver();
    this.applier = context.applier();
    this.lookahead = lookahead;
    this.stream = driver.createStream();
    this.launches = new LaunchEvents(driver);
  }

  @Override
  public void declared(Launch launch, RangeAccess access) {
    LiveAllocation allocation = context.ledger().find(access.range().address());
    if (allocation == null || allocation.kind() != MemoryKind.MANAGED) {
      return;
    }
    List<AddressRange> kept =
        declaredByLaunch.compute(
            launch.sequence(),
            (sequence, before) -> {
              List<AddressRange> all = before == null ? new ArrayList<>(2) : before;
              all.add(access.range());
              return all;
            });
    // Only the launching thread touches the list until the launch is issued, and it waits here.
    CompletableFuture<Void> prepared = new CompletableFuture<>();
    inBackground(() -> prepare(launch, access.range(), kept), prepared);
    prepared.join();
  }

  @Override
  public void issued(Launch launch) {
    List<AddressRange> declared = declaredByLaunch.remove(launch.sequence());
    if (declared == null) {
      return;
    }
    try {
      launches.issued(launch);
    } catch (DriverException e) {
      switchOff(e);
    }
    if (lookahead == Lookahead.ONE_RANGE) {
      inBackground(() -> lookAhead(launch, declared), new CompletableFuture<>());
    }
  }

  @Override
  public void freeing(AddressRange range) {
    inBackground(() -> resident.remove(range), new CompletableFuture<>());
  }

  @Override
  public void close() {
    CompletableFuture<Void> drained = new CompletableFuture<>();
    context.background().execute(() -> drained.complete(null));
    drained.join();
    driver.synchronize(stream);
    movements.forEach(movement -> driver.destroyEvent(movement.event()));
    spareEvents.forEach(driver::destroyEvent);
    launches.close();
    driver.destroyStream(stream);
  }

  private void inBackground(Runnable task, CompletableFuture<Void> done) {
    context
        .background()
        .execute(
            () -> {
              try {
                if (!off) {
                  task.run();
                }
              } catch (DriverException e) {
                switchOff(e);
              } finally {
                done.complete(null);
              }
            });
  }

  private void switchOff(DriverException e) {
    if (!off) {
      off = true;
      LOG.log(System.Logger.Level.WARNING, "mover switched off; launches now fault", e);
    }
  }

  /** Makes room for what a launch is about to touch, and its stream wait for what is on its way. */
  private void prepare(Launch launch, AddressRange range, List<AddressRange> kept) {
    List<AddressRange> missing = resident.missing(range);
    if (!missing.isEmpty() && fits(kept)) {
      switch (lookahead) {
        case ONE_RANGE -> fetch(missing, kept);
        // In the launch's own stream: a full card, too, evicts when the launch faults, not before.
        case NONE -> move(makeRoom(missing, kept), missing, launch.stream());
      }
    }
    resident.use(range, launch.sequence());
    for (Movement movement : movements) {
      if (movement.overlaps(range)) {
        driver.streamWait(launch.stream(), movement.event());
      }
    }
  }

  /** Fetches what follows each declared range, as far as it fits beside them. */
  private void lookAhead(Launch launch, List<AddressRange> declared) {
    List<AddressRange> kept = new ArrayList<>(declared);
    for (AddressRange range : declared) {
      AddressRange next = following(range);
      if (next == null || kept.stream().anyMatch(next::overlaps)) {
        continue;
      }
      kept.add(next);
      if (!fits(kept)) {
        return;
      }
      List<AddressRange> missing = resident.missing(next);
      if (!missing.isEmpty()) {
        fetch(missing, kept);
      }
      resident.use(next, launch.sequence());
    }
  }

  private @Nullable AddressRange following(AddressRange range) {
    LiveAllocation allocation = context.ledger().find(range.address());
    if (allocation == null) {
      return null;
    }
    AddressRange whole = allocation.range();
    return range.end() + range.bytes() <= whole.end()
        ? new AddressRange(range.end(), range.bytes())
        : new AddressRange(whole.address(), Math.min(range.bytes(), whole.bytes()));
  }

  private boolean fits(List<AddressRange> ranges) {
    long bytes = ranges.stream().mapToLong(range -> Blocks.covering(range).bytes()).sum();
    if (bytes <= context.budgetBytes()) {
      return true;
    }
    if (!toldOversized) {
      toldOversized = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "one launch needs {0}, more than the device budget of {1}: the driver moves that itself",
          ByteSize.format(bytes),
          ByteSize.format(context.budgetBytes()));
    }
    return false;
  }

  private void fetch(List<AddressRange> incoming, List<AddressRange> kept) {
    List<Hint> hints = makeRoom(incoming, kept);
    incoming.forEach(range -> hints.add(new Hint.Fetch(range)));
    move(hints, incoming, stream);
  }

  private void move(List<Hint> hints, List<AddressRange> incoming, StreamHandle where) {
    applier.apply(new Plan(hints), where);
    while (!movements.isEmpty() && driver.isComplete(movements.peek().event())) {
      spareEvents.push(movements.remove().event());
    }
    EventHandle event = spareEvents.isEmpty() ? driver.createEvent() : spareEvents.pop();
    movements.add(new Movement(incoming, event));
    driver.record(event, stream);
  }

  /** What has to leave for {@code incoming} to fit the budget, sparing {@code kept}. */
  private List<Hint> makeRoom(List<AddressRange> incoming, List<AddressRange> kept) {
    long excess =
        resident.bytes()
            + incoming.stream().mapToLong(AddressRange::bytes).sum()
            - context.budgetBytes();
    List<Hint> leaving = new ArrayList<>();
    for (ResidentBlocks.Victim victim :
        resident.leastRecentlyUsed(excess, block -> kept.stream().anyMatch(block::overlaps))) {
      launches.await(victim.lastUse());
      leaving.add(
          applier.droppable(victim.range())
              ? new Hint.Drop(victim.range())
              : new Hint.WriteBack(victim.range()));
      resident.remove(victim.range());
    }
    return leaving;
  }
}
