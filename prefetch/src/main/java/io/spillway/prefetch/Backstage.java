package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * What happens on the background thread: reads messages, plans, moves; again until there is nothing
 * to do. Everything but the methods that tell belongs to that thread.
 */
final class Backstage implements AutoCloseable {

  /** Messages under way at most: 2^14, a lap's worth of launches. */
  private static final int MESSAGES = 1 << 14;

  /**
   * A piece is at most this part of the budget, so that what is in flight takes little of it; and
   * {@link Planner#PIECE_BYTES} at most.
   */
  private static final int PIECES_IN_BUDGET = 16;

  private final SessionContext context;
  private final Completions completions;
  private final Mover mover;
  private final Planner planner;
  private final Governor governor = new Governor();
  private final Consumer<RuntimeException> failure;
  private final MessageRing ring = new MessageRing(MESSAGES);
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private final AtomicLong lost = new AtomicLong();
  private volatile boolean stopped;
  private volatile String state = "on";

  Backstage(
      SessionContext context,
      Completions completions,
      Presence presence,
      Consumer<RuntimeException> failure) {
    this.context = context;
    this.completions = completions;
    this.failure = failure;
    long pieceBytes =
        Math.clamp(
            Blocks.floor(context.residentLimitBytes().getAsLong() / PIECES_IN_BUDGET),
            Blocks.BYTES,
            Planner.PIECE_BYTES);
    this.mover = new Mover(context, pieceBytes, completions, presence);
    this.planner = new Planner(
            Prices.H200, pieceBytes, this::inOneAllocation, context.applier()::droppable);
  }

  private boolean inOneAllocation(long origin, long address, long bytes) {
    var allocation = context.ledger().find(origin);
    return allocation != null
        && address > 0
        && allocation.range().contains(new AddressRange(address, bytes));
  }

  /** Tells, without waking anybody: the launch itself will. Any thread. */
  void tell(Message message) {
    if (!stopped && !ring.offer(message)) {
      lost.incrementAndGet();
    }
  }

  /** Tells, and sees to it that somebody listens. Any thread. */
  void tellAndWake(Message message) {
    tell(message);
    wake();
  }

  /** Tells, and waits until what it asks for has been issued. Any thread. */
  void tellAndWait(Message message) {
    tell(message);
    if (stopped) {
      return;
    }
    CountDownLatch done = new CountDownLatch(1);
    try {
      context
          .background()
          .execute(
              () -> {
                try {
                  work();
                } finally {
                  done.countDown();
                }
              });
      done.await();
    } catch (RejectedExecutionException e) {
      failure.accept(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the launch goes ahead, and faults
    }
  }

  private void wake() {
    if (!stopped && scheduled.compareAndSet(false, true)) {
      try {
        context
            .background()
            .execute(
                () -> {
                  scheduled.set(false);
                  work();
                });
      } catch (RejectedExecutionException e) {
        failure.accept(e);
      }
    }
  }

  /** Reads, plans and moves until there is nothing left to do. */
  private void work() {
    try {
      boolean did = true;
      while (did && !stopped) {
        read();
        completions.retire();
        Step step = planner.next(context.residentLimitBytes().getAsLong());
        did = step != null;
        if (step != null && !mover.execute(step, governor.level() != Governor.Level.NOTHING)) {
          step.leaving().forEach(planner::refused);
          did = false;
        }
      }
    } catch (RuntimeException e) {
      failure.accept(e);
    }
  }

  private void read() {
    for (Message message = ring.poll(); message != null; message = ring.poll()) {
      handle(message, context.residentLimitBytes().getAsLong());
    }
  }

  private void handle(Message message, long limitBytes) {
    switch (message) {
      case Message.Declared declared ->
          planner.declare(
              declared.sequence(),
              declared.address(),
              declared.bytes(),
              declared.kind(),
              limitBytes);
      case Message.Issued issued -> issued(issued, limitBytes);
      case Message.Freed freed -> planner.freed(freed.range());
      case Message.Wanted wanted -> planner.bring(wanted.range(), limitBytes);
      case Message.Applied applied -> applied(applied.plan());
      case Message.Upcoming upcoming -> planner.upcoming(upcoming.launches());
    }
  }

  private void issued(Message.Issued issued, long limitBytes) {
    for (Piece piece : planner.missing(issued.sequence())) {
      mover.faulted(piece);
    }
    int launch = planner.issued(issued.sequence(), issued.touches(), limitBytes);
    if (issued.event() != null) {
      completions.issued(issued.sequence(), launch, issued.nanoTime(), issued.event());
    }
    if (governor.judge(planner.outcomes(), planner.predictor().position())) {
      planner.lookAhead(governor.level().launches());
      GovernorEvent.emit(governor, planner.outcomes());
    }
    state = describe();
  }

  private void applied(Plan plan) {
    for (Hint hint : plan.hints()) {
      switch (hint) {
        case Hint.Drop _, Hint.WriteBack _, Hint.Evict _ ->
            planner.moved(hint.range(), false).forEach(mover::gone);
        case Hint.Fetch _ -> planner.moved(hint.range(), true).forEach(mover::faulted);
        case Hint.ReadMostly _, Hint.NotReadMostly _, Hint.Prefer _, Hint.PreferNowhere _ -> {
          for (Piece piece : planner.pieces().inside(hint.range())) {
            piece.setDroppable(context.applier().droppable(piece.range()));
          }
        }
        case Hint.AccessedBy _, Hint.NotAccessedBy _, Hint.Discard _ -> {}
      }
    }
  }

  void took(int launch, long nanos) {
    planner.took(launch, nanos);
  }

  private String describe() {
    Outcomes outcomes = planner.outcomes();
    return "on, %s (%s); fetched ahead and used %d, unused %d, harmful %d"
        .formatted(
            governor.level(),
            governor.reason(),
            outcomes.hits(),
            outcomes.useless(),
            outcomes.harmful());
  }

  String state() {
    return state;
  }

  void stop() {
    stopped = true;
  }

  /** Waits until everything told so far has been heard. */
  void finish() {
    tellAndWait(new Message.Applied(Plan.empty()));
    stopped = true;
  }

  @Override
  public void close() {
    mover.close();
  }
}
