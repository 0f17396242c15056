package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.access.AccessKind;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.predict.Touches;
import io.spillway.prefetch.govern.Governor;
import io.spillway.prefetch.govern.GovernorEvent;
import io.spillway.prefetch.govern.Patience;
import io.spillway.prefetch.govern.Rest;
import io.spillway.prefetch.govern.Standing;
import io.spillway.prefetch.message.Attention;
import io.spillway.prefetch.message.Inbox;
import io.spillway.prefetch.message.Message;
import io.spillway.prefetch.message.WatchedLap;
import io.spillway.prefetch.move.Completions;
import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.Presence;
import io.spillway.prefetch.plan.Planner;
import io.spillway.prefetch.step.Step;
import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.TimedLaunch;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What happens on the background thread: reads messages, plans, moves; again until there is nothing
 * to do. Everything but the methods that tell belongs to that thread.
 */
final class Backstage implements AutoCloseable {

  /** Messages under way at most: 2^14, a lap's worth of launches. */
  private static final int MESSAGES = 1 << 14;

  /**
   * How long a launch waits for its data at most: so many times what moving as much out and in
   * takes, and {@link Waits#launch}. What waits longer waits for something that the program does
   * only after this launch.
   */
  private static final int PATIENCE = 10;

  /** How often a lap that was watched has come: twice makes it one. */
  static final int ROUNDS = 2;

  /** How long it goes on while other tasks may wait: 5 ms, a judgement. */
  private static final long TURN_NANOS = 5_000_000;

  /**
   * How long a launch that goes ahead is left alone before the driver is asked about others of its
   * context, for which it would have to wait: 20 us, twice what one takes at the 99th percentile
   * (H200: 11 us; docs/moving.md).
   */
  private static final long LAUNCHING_NANOS = 20_000;

  /** A launch whose thread waits. */
  private record Waiting(long sequence, CountDownLatch ready) {}

  private final SessionContext context;
  private final Presence presence;
  private final Prices prices;

  /** Whether laps are planned for contexts to write back with. */
  private boolean pricedBeside;

  private final Completions completions;
  private final Mover mover;
  private final Attention attention;
  private final Planner planner;
  private final Governor governor = new Governor();
  private final Consumer<RuntimeException> failure;
  private final Inbox inbox = new Inbox(MESSAGES);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Rest rest = new Rest();
  private final List<Waiting> waiting = new ArrayList<>();
  private volatile int timesOneOf;
  private final Waits waits;
  private final Patience patience;
  private final AtomicLong late = new AtomicLong();
  private final AtomicLong pauses = new AtomicLong();

  /** Whether launches went by that were not told because of a pause. */
  private volatile boolean missed;

  private volatile boolean stopped;

  /** Whether the background thread is at it; set before it looks whether to stop. */
  private volatile boolean working;

  /** Why there is no earlier run to go by, for the state; empty if none was asked for. */
  private final String unusable;

  /** Null until the first launch. */
  private volatile @Nullable Standing standing;

  Backstage(
      SessionContext context,
      MoveSizing sizing,
      EarlierRun earlier,
      Waits waits,
      Completions completions,
      Presence presence,
      Consumer<RuntimeException> failure) {
    this.context = context;
    this.waits = waits;
    this.patience = new Patience(context.driver().clock());
    this.completions = completions;
    this.presence = presence;
    this.failure = failure;
    MoveSizing fitting = sizing.within(context.residentLimitBytes().getAsLong());
    this.mover =
        new Mover(
            context,
            fitting.pieceBytes(),
            fitting.inFlight(),
            completions,
            presence,
            new FromLanes());
    this.pricedBeside = mover.writesBackBeside();
    this.prices = pricedBeside ? Prices.H200_BESIDE : Prices.H200;
    this.attention =
        new Attention(mover.threaded() ? Attention.Span.standard() : Attention.Span.NONE);
    this.planner =
        new Planner(
            prices,
            fitting.pieceBytes(),
            fitting.roomBytes(),
            this::inOneAllocation,
            context.applier()::droppable);
    earlier.schedule().ifPresent(planner::expect);
    this.unusable = earlier.whyNot().map(reason -> "; no earlier run: " + reason).orElse("");
  }

  /** What lanes do, heard by the background thread, since launches wait for it. */
  private final class FromLanes implements Mover.Calls {
    @Override
    public void called() {
      wake();
      if (stopped) {
        try {
          workThen(() -> {}); // launches that wait are let go
        } catch (RejectedExecutionException e) {
          // The session ends, and let them go.
        }
      }
    }

    @Override
    public void stays(List<Piece> pieces) {
      pieces.forEach(planner::refused);
    }

    @Override
    public void comesNot(Step step) {
      planner.announced().comesNot(step);
    }

    @Override
    public void failed(RuntimeException reason) {
      failure.accept(reason);
    }
  }

  private boolean inOneAllocation(long origin, long address, long bytes) {
    var allocation = context.ledger().find(origin);
    return allocation != null
        && address > 0
        && allocation.range().contains(new AddressRange(address, bytes));
  }

  /**
   * Tells, without waking anybody: the launch itself will. Any thread.
   *
   * @return whether it will be heard
   */
  boolean tell(Message message) {
    return !stopped && inbox.offer(message);
  }

  /** Tells what must not be lost, and sees to it that somebody listens. Any thread. */
  void deliverAndWake(Message message) {
    if (!stopped) {
      inbox.deliver(message);
      wake();
    }
  }

  /**
   * Tells, and sees to it that somebody listens. Any thread.
   *
   * @return whether it will be heard
   */
  boolean tellAndWake(Message message) {
    boolean told = tell(message);
    if (!attention.given()) {
      wake();
    }
    return told;
  }

  /**
   * Tells that a launch is about to touch a range, and waits until what is missing of it is on its
   * way, or there is no room for it. Any thread.
   */
  void declareAndWait(long sequence, long site, AddressRange range, AccessKind kind) {
    CountDownLatch ready = new CountDownLatch(1);
    Message declared =
        new Message.Declared(sequence, site, range.address(), range.bytes(), kind, ready);
    if (tell(declared)) {
      await(sequence, range, ready);
    }
  }

  private void await(long sequence, AddressRange range, CountDownLatch ready) {
    long nanos = waits.launch() + Math.round(range.bytes() * PATIENCE * prices.comeAndGo());
    switch (workAndWait(() -> letGo(ready), ready, nanos)) {
      case DONE -> patience.met();
      case LATE ->
          late(
              "launch %d waited %d ms for %s: what should make room for it is not done, perhaps because it waits for this launch"
                  .formatted(sequence, nanos / 1_000_000, range));
      case NOT_WAITED -> {}
    }
  }

  /**
   * Waits, for a launch that was declared, until what went missing of it meanwhile is on its way.
   * Any thread.
   */
  void awaitMissed(long sequence, AddressRange range) {
    CountDownLatch ready = new CountDownLatch(1);
    if (tell(new Message.Missed(sequence, ready))) {
      await(sequence, range, ready);
    }
  }

  /** A launch goes ahead without its data, and faults. */
  private void late(String what) {
    if (late.incrementAndGet() == 1) {
      log(what + "; further ones are only counted");
    }
    if (patience.inVain(what)) {
      inbox.drop(); // of what follows nothing is told
      if (pauses.incrementAndGet() == 1) {
        log("launches do not wait any more, and fault: " + patience.reason());
      }
    }
  }

  private static void log(String line) {
    System.getLogger(Backstage.class.getName()).log(System.Logger.Level.WARNING, line);
  }

  /** Whether launches are left alone for a while, since several waited in vain. Any thread. */
  boolean pausing() {
    if (patience.pausing()) {
      missed = true;
      return true;
    }
    if (missed) {
      inbox.drop();
      missed = false;
    }
    return false;
  }

  /** Whether launches that lack nothing need not be told. Any thread. */
  boolean resting() {
    return rest.taken();
  }

  /** From now on they are told again. Any thread. */
  void endRest() {
    if (rest.end()) {
      deliverAndWake(new Message.Rested());
    }
  }

  /** Waits until what was told so far has been heard, and done what there is to do about it. */
  void awaitTurn() {
    CountDownLatch turn = new CountDownLatch(1);
    Outcome ignored = workAndWait(turn::countDown, turn, waits.launch());
  }

  private enum Outcome {
    DONE,
    LATE,
    NOT_WAITED
  }

  /** Nothing is left to do: a launch goes ahead unless a lane is yet to call for what it lacks. */
  private void letGo(CountDownLatch ready) {
    if (stopped || !mover.calling()) {
      ready.countDown();
    }
  }

  /** Has the background thread work and then say so, and waits for {@code ready}. */
  private Outcome workAndWait(Runnable say, CountDownLatch ready, long nanos) {
    try {
      workThen(say);
      return ready.await(nanos, TimeUnit.NANOSECONDS) ? Outcome.DONE : Outcome.LATE;
    } catch (RejectedExecutionException e) {
      failure.accept(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the launch goes ahead, and faults
    }
    return Outcome.NOT_WAITED;
  }

  /** Has the background thread work, and then say so, whatever comes of it. */
  private void workThen(Runnable say) {
    attention.call(context.background(), () -> work(say));
  }

  /** Sees to it that somebody looks what there is to do. Any thread. */
  void wake() {
    if (!stopped && scheduled.compareAndSet(false, true)) {
      try {
        attention.call(
            context.background(),
            () -> {
              scheduled.set(false);
              work(() -> {});
            });
      } catch (RejectedExecutionException e) {
        failure.accept(e);
      }
    }
  }

  /**
   * Reads, plans and moves until there has been nothing to do for a while, or it is the turn of
   * other tasks.
   *
   * @param say run when there is nothing left to do for the first time, whatever comes of it
   */
  private void work(Runnable say) {
    working = true;
    attention.begin();
    try {
      long start = System.nanoTime();
      try {
        workOff();
      } finally {
        release(false);
        say.run();
      }
      while (!stopped && attention.linger(this::toldSomething)) {
        if (mover.threaded() && System.nanoTime() - start > TURN_NANOS) {
          wake(); // behind the others
          break;
        }
        workOff();
      }
    } catch (RuntimeException e) {
      failure.accept(e);
    } finally {
      attention.end();
      release(false);
      working = false;
    }
  }

  private boolean toldSomething() {
    return inbox.hasNext();
  }

  /** Reads, plans and moves until there is nothing left to do. */
  private void workOff() {
    if (!stopped) {
      mover.reap();
      if (pricedBeside && mover.writesBackInTurn()) {
        pricedBeside = false;
        planner.writeBackInTurn();
      }
      if (mover.threaded()) {
        read();
        letLaunch();
      }
      completions.retire(); // once: the driver, asked for an event, holds up launches meanwhile
    }
    boolean did = true;
    while (did && !stopped) {
      read();
      mover.reapDepartures();
      Step step = planner.next(context.residentLimitBytes().getAsLong());
      if (step != null) {
        rest.disturbed();
      }
      did = step != null && move(step);
      release(did);
    }
    release(false);
  }

  /** Lets a launch that goes ahead be issued. */
  private void letLaunch() {
    if (!planner.declared().isEmpty() && waiting.isEmpty()) {
      long start = System.nanoTime();
      while (!inbox.hasNext()
          && !attention.wanted()
          && System.nanoTime() - start < LAUNCHING_NANOS) {
        Thread.onSpinWait();
      }
    }
  }

  private boolean move(Step step) {
    if (step.readMostly().isEmpty() && step.leaving().isEmpty() && step.unplacing().isEmpty()) {
      return execute(step);
    }
    if (mover.threaded()) {
      letLaunch();
    }
    mover.announce(step);
    try {
      if (!inbox.isEmpty()) { // launches may have gone ahead before that was announced
        planner.announced().reopen(step);
        inbox.readAllTold(this::handle, planner::resynchronise);
        if (planner.announced().overtaken(step)) {
          withdraw(step);
          return true; // to plan anew
        }
        return execute(planner.announced().reconsidered(planner.announced().close(step)));
      }
      return execute(planner.announced().reconsidered(step));
    } finally {
      presence.setTurningReadMostly(List.of());
      step.readMostly().forEach(piece -> lookForReadMostly(piece.range()));
    }
  }

  private boolean execute(Step step) {
    List<Piece> refused = mover.execute(step, governor.level() != Governor.Level.NOTHING);
    boolean makesRoom = !step.coming().isEmpty();
    if (!refused.isEmpty()) {
      refused.forEach(makesRoom ? planner::refused : planner::stays);
      withdraw(step);
    }
    step.notReadMostly().forEach(piece -> lookForReadMostly(piece.range()));
    return refused.isEmpty() || makesRoom; // by something else; where room shrinks, later
  }

  private void withdraw(Step step) {
    mover.stay(planner.announced().withdraw(step));
    Piece.current(step.unplacing()).forEach(mover::inPlace);
  }

  /** Lets launches go of which nothing is missing any more, or all where there is no more to do. */
  private void release(boolean more) {
    waiting.removeIf(
        launch -> {
          boolean ready =
              (!more || (!planner.advises() && planner.declared().missing(launch.sequence()).isEmpty()))
                  && (stopped || !mover.calling(planner.declared().pieces(launch.sequence())));
          if (ready) {
            planner.declared().goesAhead(launch.sequence());
            launch.ready().countDown();
          }
          return ready;
        });
  }

  /** Whether launches that may write a range still have something to wait for. */
  private void lookForReadMostly(AddressRange range) {
    for (LiveAllocation allocation : context.ledger().overlapping(range)) {
      presence.setFoundReadMostly(
          allocation,
          planner.pieces().touching(allocation.range()).stream().anyMatch(Piece::advised));
    }
  }

  private void read() {
    inbox.read(this::handle, planner::resynchronise);
  }

  private void handle(Message message) {
    long limitBytes = context.residentLimitBytes().getAsLong();
    switch (message) {
      case Message.Declared declared -> declared(declared, limitBytes);
      case Message.Missed missed -> waiting.add(new Waiting(missed.sequence(), missed.waiting()));
      case Message.Abandoned abandoned -> planner.abandoned(abandoned.sequence());
      case Message.Issued issued -> issued(issued, limitBytes);
      case Message.TakenOver taken -> takenOver(taken, limitBytes);
      case Message.Rested _ -> {
        rest.disturbed();
        planner.resynchronise();
      }
      case Message.Allocated allocated -> planner.allocated(allocated.allocation());
      case Message.Freed freed -> {
        mover.freed(freed.range());
        planner.freed(freed.range());
      }
      case Message.Wanted wanted -> planner.others().bring(wanted.range(), limitBytes);
      case Message.Applied applied -> applied(applied.plan());
      case Message.Upcoming upcoming -> planner.upcoming(upcoming.launches());
    }
  }

  private void declared(Message.Declared declared, long limitBytes) {
    planner.declare(
        declared.sequence(),
        declared.site(),
        declared.address(),
        declared.bytes(),
        declared.kind(),
        limitBytes);
    int oneOf = planner.timesOneOf();
    if (oneOf != timesOneOf) { // launching threads read it, and find it where it was
      timesOneOf = oneOf;
    }
    setInPlace(declared);
    if (declared.kind() == AccessKind.UNKNOWN) {
      lookForReadMostly(new AddressRange(declared.address(), declared.bytes()));
    }
    if (declared.waiting() != null) {
      waiting.add(new Waiting(declared.sequence(), declared.waiting()));
    }
  }

  /**
   * Launches need not wait for what is in place and meant to be, and have to for what is not; but
   * this one may have seen it in place.
   */
  private void setInPlace(Message.Declared declared) {
    AddressRange range = new AddressRange(declared.address(), declared.bytes());
    for (Piece piece : planner.pieces().touching(range)) {
      if (piece.placed() && !piece.resident()) {
        if (declared.waiting() == null) {
          planner.declared().goesAhead(declared.sequence(), piece);
        }
        if (!piece.inPlace()) {
          mover.gone(piece);
        } else if (!planner.advises()) { // so it has been said of this one
          mover.inPlace(piece);
        }
      }
    }
  }

  private void issued(Message.Issued issued, long limitBytes) {
    TimedLaunch timed =
        issued.marks().start() == null ? null : planner.timed(issued.sequence(), limitBytes);
    if (timed != null) {
      planner.timing(timed);
    }
    arrived(issued.touches());
    int launch = planner.issued(issued.sequence(), issued.touches(), limitBytes);
    completions.issued(
        issued.sequence(), launch, issued.nanoTime(), issued.marks(), timed, planner.turn());
    if (governor.judge(planner.outcomes(), planner.predictor().position())) {
      planner.lookAhead(governor.level().launches());
      GovernorEvent.emit(governor, planner.outcomes());
    }
    publish();
    issued.home().giveBack(issued.touches());
    rest.heard(
        context.ledger().liveBytes(MemoryKind.MANAGED) <= limitBytes,
        () -> planner.nothingIsInPlace() && mover.nothingMoves());
  }

  /** What was watched was there when its launches ran; of that, what was used last still is. */
  private void takenOver(Message.TakenOver taken, long limitBytes) {
    WatchedLap lap = taken.lap();
    Touches touches = new Touches();
    List<AddressRange> gone = new ArrayList<>();
    long sequence = taken.firstSequence();
    int launch = 0;
    for (int i = 0; i < ROUNDS * lap.length(); i++) {
      lap.launch(i % lap.length(), touches);
      arrived(touches);
      launch = planner.issued(sequence++, touches, limitBytes);
      for (int range = 0; range < touches.count(); range++) {
        if (context.ledger().find(touches.address(range)) == null) {
          gone.add(new AddressRange(touches.address(range), touches.bytes(range)));
        }
      }
    }
    gone.forEach(planner::freed);
    planner.oldestHaveLeft();
    completions.issued(taken.firstSequence(), launch, taken.nanoTime(), taken.marks(), null, null);
    publish();
  }

  /** What a launch touches is there now, or on its way: what was not, it brings in itself. */
  private void arrived(Touches touches) {
    for (int i = 0; i < touches.count(); i++) {
      LiveAllocation allocation = context.ledger().find(touches.address(i));
      if (allocation != null) {
        new AddressRange(touches.address(i), touches.bytes(i))
            .intersection(allocation.range())
            .ifPresent(range -> presence.present(allocation, range));
      }
    }
  }

  private void applied(Plan plan) {
    for (Hint hint : plan.hints()) {
      for (LiveAllocation allocation : context.ledger().overlapping(hint.range())) {
        if (allocation.kind() == MemoryKind.MANAGED) {
          hint.range()
              .intersection(allocation.range())
              .ifPresent(range -> applied(hint, allocation, range));
        }
      }
    }
  }

  private void applied(Hint hint, LiveAllocation allocation, AddressRange range) {
    switch (hint) {
      case Hint.Drop _, Hint.WriteBack _, Hint.Evict _, Hint.EvictReadMostly _ ->
          planner.others().moved(range, false).forEach(mover::gone);
      case Hint.Fetch _ -> {
        planner.others().moved(range, true);
        presence.present(allocation, range);
      }
      case Hint.NotReadMostly _ -> planner.others().expectWrite(range).forEach(mover::gone);
      case Hint.ReadMostly _, Hint.Prefer _, Hint.PreferNowhere _ ->
          planner.others().adviceChanged(range, context.applier()::droppable);
      case Hint.Discard _ -> planner.others().discarded(range);
      case Hint.AccessedBy _, Hint.NotAccessedBy _ -> {}
    }
  }

  void took(int launch, long nanos) {
    planner.took(launch, nanos);
  }

  void took(TimedLaunch launch, long nanos) {
    planner.took(launch, nanos);
  }

  void took(LapTurn turn, long nanos) {
    planner.took(turn, nanos);
  }

  /** One of how many launches is to be timed; 0 if none. Any thread. */
  int timesOneOf() {
    return timesOneOf;
  }

  private void publish() {
    Standing now = Standing.of(governor, planner);
    if (!now.equals(standing)) {
      standing = now;
    }
  }

  String state() {
    String paused = patience.reason();
    if (paused != null) {
      return "paused: " + paused;
    }
    Standing now = standing;
    String words = now == null ? "on" : now.words(late.get(), inbox.dropped());
    return words + (rest.taken() ? "; at rest, since all is there and fits" : "") + unusable;
  }

  /** The most managed bytes that were on the device at once, when a launch was last heard of. */
  long mostResidentBytes() {
    Standing now = standing;
    return now == null ? 0 : now.mostResidentBytes();
  }

  void stop() {
    stopped = true;
  }

  /**
   * Waits until everything told so far has been heard and all steps begun are done, interrupted or
   * not: what a step uses must not be destroyed under it.
   *
   * @return whether that is so; else a step goes on, and what is its own has to stay
   */
  boolean finish() {
    boolean heard = awaitTask();
    stopped = true; // so that a task that lanes gave since begins no step
    if (!heard || !awaitTask() || !mover.awaitCalls(waits.close())) {
      return false;
    }
    inbox.read(
        message -> {
          switch (message) {
            case Message.Issued issued -> completions.giveBack(issued.marks());
            case Message.TakenOver taken -> completions.giveBack(taken.marks());
            default -> {}
          }
        },
        () -> {});
    return true;
  }

  /** Waits for a task of the background thread, and so for all before it, interrupted or not. */
  private boolean awaitTask() {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    try {
      workThen(() -> done.complete(true));
    } catch (RejectedExecutionException e) {
      return !working; // shut down, but perhaps still at it
    }
    return done.completeOnTimeout(false, waits.close(), TimeUnit.NANOSECONDS).join();
  }

  @Override
  public void close() {
    mover.close();
  }
}
