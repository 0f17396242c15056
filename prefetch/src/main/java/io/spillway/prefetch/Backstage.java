package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.access.AccessKind;
import io.spillway.driver.NanoClock;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.prefetch.govern.Governor;
import io.spillway.prefetch.govern.Patience;
import io.spillway.prefetch.govern.Rest;
import io.spillway.prefetch.govern.Standing;
import io.spillway.prefetch.message.Attention;
import io.spillway.prefetch.message.Inbox;
import io.spillway.prefetch.message.Message;
import io.spillway.prefetch.move.Completions;
import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.Presence;
import io.spillway.prefetch.plan.Planner;
import io.spillway.prefetch.step.Step;
import io.spillway.prefetch.trial.LapTurn;
import io.spillway.prefetch.trial.TimedLaunch;
import io.spillway.range.AddressRange;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongFunction;

/**
 * What happens on the background thread: reads messages, plans, moves; again until there is nothing
 * to do. Everything but the methods that tell belongs to that thread.
 */
final class Backstage implements AutoCloseable {

  /** Messages under way at most: 2^14, a lap's worth of launches. */
  private static final int MESSAGES = 1 << 14;

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

  private final SessionContext context;
  private final NanoClock clock;

  /** Whether laps are planned for contexts to write back with. */
  private boolean pricedBeside;

  private final Completions completions;
  private final Mover mover;
  private final Attention attention;
  private final Planner planner;
  private final MessageHandler handler;
  private final StepRunner steps;
  private final Consumer<RuntimeException> failure;
  private final Inbox inbox = new Inbox(MESSAGES);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final Rest rest = new Rest();
  private final ShrinkRetry retry;
  private final WaitingLaunches waiting;
  private final Waits waits;
  private final LaunchWaits launchWaits;
  private volatile boolean stopped;

  /** Whether the background thread is at it; set before it looks whether to stop. */
  private volatile boolean working;

  /** Why there is no earlier run to go by, for the state; empty if none was asked for. */
  private final String unusable;

  Backstage(
      SessionContext context,
      MoveSizing sizing,
      EarlierRun earlier,
      Waits waits,
      Completions completions,
      Presence presence,
      Consumer<RuntimeException> failure) {
    this.context = context;
    this.clock = context.driver().clock();
    this.waits = waits;
    this.completions = completions;
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
    Prices prices = pricedBeside ? Prices.H200_BESIDE : Prices.H200;
    this.retry = new ShrinkRetry(timer(), this::shrinkAgain);
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
    Governor governor = new Governor();
    FoundReadMostly found = new FoundReadMostly(context, planner, presence);
    this.waiting = new WaitingLaunches(planner, mover);
    EngineParts parts = new EngineParts(context, planner, mover, presence);
    this.handler = new MessageHandler(parts, completions, governor, rest, waiting, found);
    this.steps = new StepRunner(parts, governor, found, inbox, handler::handle);
    this.launchWaits =
        new LaunchWaits(
            inbox, waits, prices.comeAndGo(), new Patience(clock), this::workThen, failure);
    this.unusable = earlier.whyNot().map(reason -> "; no earlier run: " + reason).orElse("");
  }

  /** In virtual time whoever gives a thread tasks does them: nobody else may come. */
  private LongFunction<Executor> timer() {
    return mover.threaded() || !context.driver().device().simulated()
        ? nanos -> CompletableFuture.delayedExecutor(nanos, TimeUnit.NANOSECONDS)
        : _ -> _ -> {};
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

  private void await(long sequence, AddressRange range, CountDownLatch ready) {
    launchWaits.await(sequence, range, ready, () -> letGo(ready));
  }

  /** Waits until what was told so far has been heard, and done what there is to do about it. */
  void awaitTurn() {
    launchWaits.awaitTurn();
  }

  /** Whether launches are left alone for a while, since several waited in vain. Any thread. */
  boolean pausing() {
    return launchWaits.pausing();
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

  /** Nothing is left to do: a launch goes ahead unless a lane is yet to call for what it lacks. */
  private void letGo(CountDownLatch ready) {
    if (stopped || !mover.calling()) {
      ready.countDown();
    }
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
      did = step != null;
      if (step != null) {
        rest.disturbed();
        move(step);
      }
      release(did);
    }
    release(false);
    boolean leaving = mover.leaving();
    if (!leaving && planner.settled()) {
      retry.gaveWay();
    }
    retry.idle(planner.heldBeyond(context.residentLimitBytes().getAsLong()), leaving);
  }

  /** It is time to ask the driver again for what it would not let go. Any thread. */
  private void shrinkAgain() {
    try {
      attention.call(
          context.background(),
          () -> {
            if (!stopped) {
              askAgain();
              work(() -> {});
            }
          });
    } catch (RejectedExecutionException e) {
      // The session ends.
    }
  }

  private void askAgain() {
    retry.over();
    try {
      if (planner.heldBeyond(context.residentLimitBytes().getAsLong())) {
        planner.askAgain();
      }
    } catch (RuntimeException e) {
      failure.accept(e);
    }
  }

  /**
   * Lets a launch that goes ahead be issued. It looks at the driver's clock, which goes on by
   * itself wherever lanes have threads: a simulated driver, whose clock does not, has none.
   */
  private void letLaunch() {
    if (!planner.declared().isEmpty() && waiting.isEmpty()) {
      long start = clock.nanoTime();
      while (!inbox.hasNext()
          && !attention.wanted()
          && clock.nanoTime() - start < LAUNCHING_NANOS) {
        Thread.onSpinWait();
      }
    }
  }

  private void move(Step step) {
    if (mover.threaded() && steps.isAnnounced(step)) {
      letLaunch();
    }
    steps.run(step);
  }

  private void release(boolean more) {
    waiting.release(more, stopped);
  }

  private void read() {
    inbox.read(handler::handle, planner::resynchronise);
  }

  void took(int launch, long nanos) {
    planner.times().took(launch, nanos);
  }

  void took(TimedLaunch launch, long nanos) {
    planner.times().took(launch, nanos);
  }

  void took(LapTurn turn, long nanos) {
    planner.times().took(turn, nanos);
  }

  /** Which launches are to be timed. Any thread. */
  TimedLaunches timed() {
    return handler.toTime();
  }

  String state() {
    String paused = launchWaits.pauseReason();
    if (paused != null) {
      return "paused: " + paused;
    }
    Standing now = handler.standing();
    String words = now == null ? "on" : now.words(launchWaits.late(), inbox.dropped());
    return words + (rest.taken() ? "; at rest, since all is there and fits" : "") + unusable;
  }

  /** The most managed bytes that were on the device at once, when a launch was last heard of. */
  long mostResidentBytes() {
    Standing now = handler.standing();
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
