package io.spillway.prefetch;

import io.spillway.Rehearsal;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.UpcomingLaunch;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.predict.Touches;
import io.spillway.prefetch.govern.OffSwitch;
import io.spillway.prefetch.message.Message;
import io.spillway.prefetch.message.SpareTouches;
import io.spillway.prefetch.message.WatchedLap;
import io.spillway.prefetch.move.Completions;
import io.spillway.prefetch.move.Presence;
import io.spillway.prefetch.plan.LapRehearsal;
import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.TimedLaunch;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The engine in a session: launching threads tell it what they do and wait for data, never for a
 * lock that is held while the driver is called; one background thread predicts, plans and moves.
 *
 * <p>A launching thread looks at {@link Presence}. If all its range is there or on its way, it
 * makes its stream wait for the fetches concerned, on the device, and goes on. If something is
 * missing, it waits until the fetch has been issued, since waiting for a fetch costs a quarter of
 * faulting the same data (50 against 12 GB/s, measurements h200); that also keeps a program that
 * launches far ahead from outrunning the link. It waits as well before it might write what the
 * engine found to be only read, until that has been taken back.
 *
 * <p>A failure switches the engine off, with one line in the log; launches then fault. A wait in
 * vain does not: several in a row make it pause.
 */
final class PredictiveEngine implements SessionListener {

  private final SessionContext context;
  private final Waits waits;
  private final boolean hasEarlierRun;
  private final Presence presence = new Presence();
  private final Completions completions;
  private final Backstage backstage;
  private final ThreadLocal<OwnLaunch> own = ThreadLocal.withInitial(OwnLaunch::new);
  private final OffSwitch off = new OffSwitch(PredictiveEngine.class, "prefetcher");

  /** The launch a thread is declaring. */
  private static final class OwnLaunch {
    private final SpareTouches spare = new SpareTouches();
    private long sequence = -1;
    private Touches touches = spare.take();

    /** Where it starts in its stream; null if it is not timed. */
    private @Nullable EventHandle start;

    /** Launches that this thread declared so far. */
    private long launches;

    /** What a launch touches that was not told, since the engine is at rest. */
    private final Touches passed = new Touches();

    private long passedSequence = -1;

    Touches of(Launch launch) {
      if (sequence != launch.sequence()) {
        sequence = launch.sequence();
        launches++;
        touches.begin(launch.label());
      }
      return touches;
    }

    void pass(Launch launch, AddressRange inside, AccessKind kind) {
      if (passedSequence != launch.sequence()) {
        passedSequence = launch.sequence();
        passed.begin(launch.label());
      }
      passed.add(inside.address(), inside.bytes(), kind);
    }
  }

  PredictiveEngine(SessionContext context, MoveSizing sizing, Waits waits, EarlierRun earlier) {
    this.context = context;
    this.waits = waits;
    this.completions = new Completions(context.driver(), new ToBackstage());
    this.hasEarlierRun = earlier.schedule().isPresent();
    this.backstage =
        new Backstage(context, sizing, earlier, waits, completions, presence, this::switchOff);
    if (!context.driver().device().simulated()) {
      Rehearsal.begin("laps", LapRehearsal::run);
    }
  }

  /** The mover tells itself. */
  private final class ToBackstage implements Completions.Durations {
    @Override
    public void took(int launch, long nanos) {
      backstage.took(launch, nanos);
    }

    @Override
    public void took(TimedLaunch launch, long nanos) {
      backstage.took(launch, nanos);
    }

    @Override
    public void took(LapTurn turn, long nanos) {
      backstage.took(turn, nanos);
    }
  }

  /**
   * Takes over from a watch, before anything else is told: these launches came twice, and what they
   * touch was brought in by them.
   *
   * @param last the last of them, just issued
   */
  void takeOver(WatchedLap lap, Launch last) {
    try {
      Completions.Marks marks = completions.mark(null, last.stream());
      Message taken =
          new Message.TakenOver(
              lap,
              last.sequence() + 1 - (long) Backstage.ROUNDS * lap.length(),
              marks,
              context.driver().clock().nanoTime());
      if (!backstage.tellAndWake(taken)) {
        completions.giveBack(marks);
      }
    } catch (DriverException e) {
      switchOff(e);
    }
  }

  @Override
  public void allocated(LiveAllocation allocation) {
    if (hasEarlierRun && allocation.kind() == MemoryKind.MANAGED) {
      backstage.deliverAndWake(new Message.Allocated(allocation));
    }
  }

  @Override
  public void declared(Launch launch, RangeAccess access) {
    AddressRange range = access.range();
    LiveAllocation allocation = managed(range);
    if (allocation == null) {
      return;
    }
    if (off.off() || backstage.pausing()) {
      if (access.kind() == AccessKind.UNKNOWN && presence.foundReadMostly(allocation)) {
        applied(context.applier().expectWrite(range)); // the mover is not there to do so
      }
      return;
    }
    AddressRange inside = inside(range, allocation);
    if (keptInPlace(allocation, inside)) {
      return;
    }
    OwnLaunch current = own.get();
    if (current.sequence >= 0 && current.sequence != launch.sequence()) {
      backstage.tell(new Message.Abandoned(current.sequence));
    }
    if (backstage.resting() && current.sequence != launch.sequence()) {
      if (presence.has(allocation, inside) && !doubtful(access.kind(), allocation, inside)) {
        current.pass(launch, inside, access.kind());
        return;
      }
      backstage.endRest();
    }
    Touches touches = current.of(launch);
    tellPassed(launch, current);
    touches.add(inside.address(), inside.bytes(), access.kind());
    if (presence.has(allocation, inside) && !doubtful(access.kind(), allocation, inside)) {
      backstage.tell(
          new Message.Declared(
              launch.sequence(),
              touches.site(),
              inside.address(),
              inside.bytes(),
              access.kind(),
              null));
      Presence.settle();
      if (!presence.has(allocation, inside)) {
        backstage.awaitMissed(launch.sequence(), inside); // it was just told to leave
      }
      if (doubtful(access.kind(), allocation, inside)) {
        backstage.awaitTurn(); // so since then: the mover may not have heard in time
      }
    } else {
      backstage.declareAndWait(launch.sequence(), touches.site(), inside, access.kind());
    }
    try {
      presence.awaited(
          allocation, inside, event -> context.driver().streamWait(launch.stream(), event));
      if (current.start != null || backstage.timed().has(launch.sequence(), current.launches)) {
        if (current.start == null) {
          current.start = completions.timing();
        }
        context.driver().record(current.start, launch.stream());
      }
    } catch (DriverException e) {
      switchOff(e);
    }
  }

  /** What of this launch was not told while the engine was at rest. */
  private void tellPassed(Launch launch, OwnLaunch current) {
    Touches passed = current.passed;
    if (passed.count() > 0 && current.passedSequence == launch.sequence()) {
      for (int i = 0; i < passed.count(); i++) {
        current.touches.add(passed.address(i), passed.bytes(i), passed.kind(i));
        backstage.tell(
            new Message.Declared(
                launch.sequence(),
                passed.site(),
                passed.address(i),
                passed.bytes(i),
                passed.kind(i),
                null));
      }
      passed.begin(launch.label());
    }
  }

  /** Whether it is accessed on the host by the program's own wish. */
  private boolean keptInPlace(LiveAllocation allocation, AddressRange inside) {
    return context.applier().readInPlace(allocation, inside) && !presence.placed(allocation);
  }

  /** Whether the launch may write what is read-mostly, or is about to be. */
  private boolean doubtful(AccessKind kind, LiveAllocation allocation, AddressRange inside) {
    if (kind == AccessKind.UNKNOWN) {
      return presence.foundReadMostly(allocation);
    }
    return kind.writes()
        && (presence.turningReadMostly(inside)
            || context.applier().mayBeReadMostly(allocation, inside));
  }

  /** The allocation that a range is in or starts in, if data there can move; else null. */
  private @Nullable LiveAllocation managed(AddressRange range) {
    LiveAllocation allocation = context.ledger().find(range.address());
    return allocation != null && allocation.kind() == MemoryKind.MANAGED ? allocation : null;
  }

  /** What a range touches of the allocation it starts in. */
  static AddressRange inside(AddressRange range, LiveAllocation allocation) {
    return allocation.range().contains(range)
        ? range
        : range.intersection(allocation.range()).orElseThrow();
  }

  @Override
  public void issued(Launch launch) {
    OwnLaunch current = own.get();
    if (current.sequence != launch.sequence() || off.off()) {
      return;
    }
    try {
      Completions.Marks marks = completions.mark(current.start, launch.stream());
      current.start = null;
      Message issued =
          new Message.Issued(
              launch.sequence(),
              current.touches,
              current.spare,
              marks,
              context.driver().clock().nanoTime());
      if (backstage.tellAndWake(issued)) {
        current.touches = current.spare.take();
      } else {
        completions.giveBack(marks);
      }
    } catch (DriverException e) {
      switchOff(e);
    }
    current.sequence = -1;
  }

  @Override
  public void freeing(AddressRange range) {
    LiveAllocation allocation = context.ledger().find(range.address());
    if (allocation != null) {
      presence.forget(allocation);
    }
    backstage.deliverAndWake(new Message.Freed(range));
  }

  @Override
  public boolean fetch(AddressRange range) {
    LiveAllocation allocation = managed(range);
    if (off.off() || allocation == null) {
      return false;
    }
    backstage.endRest();
    range
        .intersection(allocation.range())
        .ifPresent(inside -> backstage.tellAndWake(new Message.Wanted(inside)));
    return true;
  }

  @Override
  public void upcoming(List<UpcomingLaunch> launches) {
    backstage.endRest();
    List<Touches> touches = new ArrayList<>();
    for (UpcomingLaunch launch : launches) {
      Touches next = new Touches().begin(launch.label());
      for (RangeAccess access : launch.accesses()) {
        LiveAllocation allocation = managed(access.range());
        if (allocation != null) {
          AddressRange inside = inside(access.range(), allocation);
          if (!keptInPlace(allocation, inside)) {
            next.add(inside.address(), inside.bytes(), access.kind());
          }
        }
      }
      if (next.count() > 0) {
        touches.add(next);
      }
    }
    backstage.tellAndWake(new Message.Upcoming(touches));
  }

  @Override
  public void budgetResized() {
    backstage.endRest();
    backstage.wake();
  }

  @Override
  public void applied(Plan plan) {
    backstage.endRest();
    for (Hint hint : plan.hints()) {
      if (hint instanceof Hint.NotReadMostly) {
        // At once, so that a launch that is about to write there waits until it is back.
        for (LiveAllocation allocation : context.ledger().overlapping(hint.range())) {
          hint.range()
              .intersection(allocation.range())
              .ifPresent(range -> presence.absent(allocation, range));
        }
      }
    }
    backstage.deliverAndWake(new Message.Applied(plan));
  }

  @Override
  public String state() {
    String reason = off.reason();
    return reason == null ? backstage.state() : "off: " + reason;
  }

  @Override
  public OptionalLong mostResidentBytes() {
    return OptionalLong.of(backstage.mostResidentBytes());
  }

  private void switchOff(RuntimeException e) {
    if (off.fail(e)) {
      backstage.stop();
    }
  }

  /** Closes what was told of nothing: it waits for nobody. Any thread, the background one too. */
  void closeUntold() {
    off.close();
    backstage.stop();
    backstage.close();
    completions.close();
  }

  @Override
  public void close() {
    off.close();
    boolean finished = backstage.finish();
    if (finished) {
      presence.forgetFetches();
      backstage.close(); // after which no thread but this one has an event
      completions.close();
    } else {
      System.getLogger(PredictiveEngine.class.getName())
          .log(
              System.Logger.Level.WARNING,
              "the prefetcher is still at a step after {0} s: its streams and events are left to"
                  + " the driver, not destroyed under it",
              TimeUnit.NANOSECONDS.toSeconds(waits.close()));
    }
  }
}
