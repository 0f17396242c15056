package io.spillway.prefetch.baseline;

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
import io.spillway.prefetch.govern.OffSwitch;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * The plain mover: keeps declared ranges within the device budget, least recently used out first,
 * and optionally fetches the range that follows the declared one in its allocation, wrapping at the
 * end.
 *
 * <p>A range leaves by a free drop where that is possible, else by a write-back, only after the
 * launches that used it are done, and never while a launch that is not issued yet has declared it.
 * A launch waits, on the device, for the fetch of what it declared; its thread waits only until
 * that fetch has been issued, which also keeps a program from running far ahead of the link. Ranges
 * the device reads in place are left alone.
 *
 * <p>All moving happens in the session's background executor, one task at a time; the state below
 * belongs to those tasks. A failure here switches the mover off, with one line in the log: launches
 * then fault. What the driver refuses to evict stays in the account, and nothing is fetched in its
 * place.
 */
public final class SequentialMover implements SessionListener {

  /** How far to fetch ahead. */
  public enum Lookahead {
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

  /** Managed ranges declared by launches that are not issued yet; the lists never change. */
  private final Map<Long, List<AddressRange>> declaredByLaunch = new ConcurrentHashMap<>();

  private final ResidentBlocks resident = new ResidentBlocks();
  private final Deque<Movement> movements = new ArrayDeque<>();
  private final Deque<EventHandle> spareEvents = new ArrayDeque<>();
  private volatile long mostResidentBytes;
  private boolean toldOversized;
  private volatile boolean cramped;
  private final OffSwitch off = new OffSwitch(SequentialMover.class, "mover");

  public SequentialMover(SessionContext context, Lookahead lookahead) {
    this.context = context;
    this.driver = context.driver();
    this.applier = context.applier();
    this.lookahead = lookahead;
    this.stream = driver.createStream();
    this.launches = new LaunchEvents(driver);
  }

  @Override
  public void declared(Launch launch, RangeAccess access) {
    AddressRange range = access.range();
    if (off.off() || !isManaged(range) || applier.readInPlace(range)) {
      return;
    }
    List<AddressRange> own =
        declaredByLaunch.merge(launch.sequence(), List.of(range), SequentialMover::joined);
    inBackgroundAndWait(() -> prepare(launch, range, own));
  }

  @Override
  public void issued(Launch launch) {
    List<AddressRange> declared = declaredByLaunch.remove(launch.sequence());
    if (declared == null || off.off()) {
      return;
    }
    try {
      launches.issued(launch);
    } catch (DriverException e) {
      off.fail(e);
    }
    if (lookahead == Lookahead.ONE_RANGE) {
      inBackground(() -> lookAhead(launch, declared));
    }
  }

  @Override
  public void freeing(AddressRange range) {
    inBackground(() -> resident.remove(range));
  }

  @Override
  public boolean fetch(AddressRange range) {
    if (off.off() || !isManaged(range)) {
      return false;
    }
    inBackground(
        () -> {
          if (blockBytes(List.of(range)) <= context.residentLimitBytes().getAsLong()) {
            fetch(resident.missing(range), List.of(range));
            use(range, LaunchEvents.BEFORE_ANY);
          }
        });
    return true;
  }

  @Override
  public void budgetResized() {
    inBackground(
        () -> {
          boolean ignored = makeRoom(List.of(), List.of(), stream);
        });
  }

  @Override
  public void applied(Plan plan) {
    inBackground(
        () -> {
          for (Hint hint : plan.hints()) {
            switch (hint) {
              case Hint.Drop _, Hint.WriteBack _, Hint.Evict _, Hint.EvictReadMostly _ ->
                  resident.remove(hint.range());
              case Hint.Fetch _ -> use(hint.range(), LaunchEvents.BEFORE_ANY);
              case Hint.ReadMostly _,
                  Hint.NotReadMostly _,
                  Hint.Prefer _,
                  Hint.PreferNowhere _,
                  Hint.AccessedBy _,
                  Hint.NotAccessedBy _,
                  Hint.Discard _ -> {}
            }
          }
        });
  }

  @Override
  public String state() {
    String reason = off.reason();
    if (reason != null) {
      return "off: " + reason;
    }
    return cramped ? "on, but the driver refused to make room" : "on";
  }

  @Override
  public OptionalLong mostResidentBytes() {
    return OptionalLong.of(mostResidentBytes);
  }

  @Override
  public void close() {
    CompletableFuture<Void> tasksBefore = new CompletableFuture<>();
    try {
      context.background().execute(() -> tasksBefore.complete(null));
      tasksBefore.join(); // interrupted or not: nothing is destroyed under a task
    } catch (RejectedExecutionException e) {
      off.fail(e);
    }
    off.close();
    quietly(() -> driver.synchronize(stream));
    movements.forEach(movement -> quietly(() -> driver.destroyEvent(movement.event())));
    spareEvents.forEach(event -> quietly(() -> driver.destroyEvent(event)));
    quietly(launches::close);
    quietly(() -> driver.destroyStream(stream));
  }

  /** Releases one thing; what cannot be released is the driver's to clean up. */
  private static void quietly(Runnable release) {
    try {
      release.run();
    } catch (DriverException e) {
      LOG.log(System.Logger.Level.WARNING, "while closing the mover", e);
    }
  }

  private void inBackground(Runnable task) {
    try {
      context.background().execute(() -> run(task));
    } catch (RejectedExecutionException e) {
      off.fail(e);
    }
  }

  private void inBackgroundAndWait(Runnable task) {
    CountDownLatch done = new CountDownLatch(1);
    try {
      context
          .background()
          .execute(
              () -> {
                run(task);
                done.countDown();
              });
      done.await();
    } catch (RejectedExecutionException e) {
      off.fail(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the launch goes ahead, and faults
    }
  }

  private void run(Runnable task) {
    try {
      if (!off.off()) {
        task.run();
      }
    } catch (RuntimeException e) {
      off.fail(e);
    }
  }

  private boolean isManaged(AddressRange range) {
    LiveAllocation allocation = context.ledger().find(range.address());
    return allocation != null && allocation.kind() == MemoryKind.MANAGED;
  }

  private static List<AddressRange> joined(List<AddressRange> some, List<AddressRange> more) {
    List<AddressRange> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  /** The range is on the device, or will be. */
  private void use(AddressRange range, long launch) {
    resident.use(range, launch);
    mostResidentBytes = Math.max(mostResidentBytes, resident.bytes());
  }

  /** Makes room for what a launch is about to touch, and its stream wait for what is on its way. */
  private void prepare(Launch launch, AddressRange range, List<AddressRange> own) {
    List<AddressRange> missing = resident.missing(range);
    if (!missing.isEmpty() && launchFits(own)) {
      switch (lookahead) {
        case ONE_RANGE -> fetch(missing, own);
        // In the launch's own stream: a full card, too, evicts when the launch faults, not before.
        case NONE -> {
          if (makeRoom(missing, own, launch.stream())) {
            mark(missing);
          }
        }
      }
    }
    use(range, launch.sequence());
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
      if (blockBytes(kept) > context.residentLimitBytes().getAsLong()) {
        return;
      }
      List<AddressRange> missing = resident.missing(next);
      if (missing.isEmpty() || fetch(missing, kept)) {
        use(next, launch.sequence());
      }
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

  private boolean launchFits(List<AddressRange> own) {
    long bytes = blockBytes(own);
    long limitBytes = context.residentLimitBytes().getAsLong();
    if (bytes <= limitBytes) {
      return true;
    }
    if (!toldOversized) {
      toldOversized = true;
      LOG.log(
          System.Logger.Level.WARNING,
          "one launch needs {0}, more than the device budget''s {1}: the driver moves that itself",
          ByteSize.format(bytes),
          ByteSize.format(limitBytes));
    }
    return false;
  }

  /** Bytes of the distinct blocks that {@code ranges} touch. */
  private static long blockBytes(List<AddressRange> ranges) {
    ResidentBlocks blocks = new ResidentBlocks();
    ranges.forEach(range -> blocks.use(range, LaunchEvents.BEFORE_ANY));
    return blocks.bytes();
  }

  private boolean fetch(List<AddressRange> incoming, List<AddressRange> kept) {
    if (!makeRoom(incoming, kept, stream)) {
      return false;
    }
    applier.apply(new Plan(incoming.stream().<Hint>map(Hint.Fetch::new).toList()), stream);
    mark(incoming);
    return true;
  }

  /** Lets launches wait for what this thread did and the mover's stream still does. */
  private void mark(List<AddressRange> ranges) {
    while (!movements.isEmpty() && driver.isComplete(movements.peek().event())) {
      spareEvents.push(movements.remove().event());
    }
    EventHandle event = spareEvents.isEmpty() ? driver.createEvent() : spareEvents.pop();
    movements.add(new Movement(ranges, event));
    driver.record(event, stream);
  }

  /**
   * Evicts until {@code incoming} fits, sparing {@code kept} and what unissued launches declared.
   *
   * @return whether it fits now
   */
  private boolean makeRoom(
      List<AddressRange> incoming, List<AddressRange> kept, StreamHandle where) {
    long excess =
        resident.bytes()
            + incoming.stream().mapToLong(AddressRange::bytes).sum()
            - context.residentLimitBytes().getAsLong();
    if (excess <= 0) {
      return true;
    }
    List<AddressRange> spared = new ArrayList<>(kept);
    declaredByLaunch.values().forEach(spared::addAll);
    for (ResidentBlocks.Victim victim :
        resident.leastRecentlyUsed(excess, block -> spared.stream().anyMatch(block::overlaps))) {
      launches.awaitUpTo(victim.lastUse());
      if (applier.apply(Plan.of(new Hint.Evict(victim.range())), where).refused() > 0) {
        cramped = true;
      } else {
        resident.remove(victim.range());
        excess -= victim.range().bytes();
      }
    }
    return excess <= 0;
  }
}
