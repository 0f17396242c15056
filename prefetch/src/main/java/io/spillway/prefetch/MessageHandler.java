package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.access.AccessKind;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.evict.Piece;
import io.spillway.predict.Touches;
import io.spillway.prefetch.govern.Governor;
import io.spillway.prefetch.govern.GovernorEvent;
import io.spillway.prefetch.govern.Rest;
import io.spillway.prefetch.govern.Standing;
import io.spillway.prefetch.lap.LapStays;
import io.spillway.prefetch.message.Message;
import io.spillway.prefetch.message.WatchedLap;
import io.spillway.prefetch.move.Completions;
import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.Presence;
import io.spillway.prefetch.plan.Planner;
import io.spillway.prefetch.trial.TimedLaunch;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What messages mean: to the planner, to the mover, to what launching threads see, and to the
 * governor, which judges with each launch. The background thread's.
 */
final class MessageHandler {

  private final SessionContext context;
  private final Planner planner;
  private final Mover mover;
  private final Presence presence;
  private final Completions completions;
  private final Governor governor;
  private final Rest rest;
  private final WaitingLaunches waiting;
  private final FoundReadMostly found;
  private final OthersHints others;
  private final TimedLaunches toTime = new TimedLaunches();

  /** Null until the first launch. */
  private volatile @Nullable Standing standing;

  /**
   * Nothing is heard yet.
   *
   * @param waiting the launches whose threads wait
   * @param found what is read-mostly because of what launches did
   */
  MessageHandler(
      EngineParts parts,
      Completions completions,
      Governor governor,
      Rest rest,
      WaitingLaunches waiting,
      FoundReadMostly found) {
    this.context = parts.context();
    this.planner = parts.planner();
    this.mover = parts.mover();
    this.presence = parts.presence();
    this.completions = completions;
    this.governor = governor;
    this.rest = rest;
    this.waiting = waiting;
    this.found = found;
    this.others = new OthersHints(parts);
  }

  /** A message is read. */
  void handle(Message message) {
    long limitBytes = context.residentLimitBytes().getAsLong();
    switch (message) {
      case Message.Declared declared -> declared(declared, limitBytes);
      case Message.Missed missed -> waiting.add(missed.sequence(), missed.waiting());
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
      case Message.Applied applied -> others.applied(applied.plan());
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
    sayWhatIsTimed(declared.sequence() - 1);
    setInPlace(declared);
    if (declared.kind() == AccessKind.UNKNOWN) {
      found.look(new AddressRange(declared.address(), declared.bytes()));
    }
    if (declared.waiting() != null) {
      waiting.add(declared.sequence(), declared.waiting());
    }
  }

  /**
   * Says which launches to time.
   *
   * @param sequence the launch that was issued last, or stands for it: others may be between
   */
  private void sayWhatIsTimed(long sequence) {
    long toTurn = planner.times().launchesToTurn();
    toTime.say(
        planner.times().oneOf(), toTurn == LapStays.NO_TURN ? Long.MAX_VALUE : sequence + toTurn);
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
        issued.marks().start() == null
            ? null
            : planner.times().timed(issued.sequence(), limitBytes);
    if (timed != null) {
      planner.times().timing(timed);
    }
    arrived(issued.touches());
    int launch = planner.issued(issued.sequence(), issued.touches(), limitBytes);
    completions.issued(
        issued.sequence(),
        launch,
        issued.nanoTime(),
        issued.marks(),
        timed,
        planner.times().turn());
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
    for (int i = 0; i < Backstage.ROUNDS * lap.length(); i++) {
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

  private void publish() {
    Standing now = Standing.of(governor, planner);
    if (!now.equals(standing)) {
      standing = now;
    }
  }

  /** Which launches are to be timed, as it last said. */
  TimedLaunches toTime() {
    return toTime;
  }

  /** How the engine did when a launch was last heard of; null before the first. Any thread. */
  @Nullable Standing standing() {
    return standing;
  }
}
