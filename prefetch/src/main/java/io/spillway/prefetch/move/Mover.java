package io.spillway.prefetch.move;

import io.spillway.SessionContext;
import io.spillway.driver.StreamHandle;
import io.spillway.evict.Piece;
import io.spillway.hint.Plan;
import io.spillway.prefetch.step.Step;
import io.spillway.range.AddressRange;
import java.util.List;

/**
 * Does steps: waits for the launches that still use what leaves, lets it go, and has what comes
 * fetched, by all {@linkplain FetchLane lanes} at once, since the driver lets nothing go while any
 * of them calls it. Never more than a few fetches are on their way; the rest is not decided yet and
 * needs no cancelling. Mover's thread only.
 */
public final class Mover implements AutoCloseable {

  /** Told by lanes, in their threads or the mover's. */
  public interface Calls {
    /** A fetch that a launch may wait for has been called for. */
    void called();

    /** The driver would not let these go; the mover's thread. */
    void stays(List<Piece> pieces);

    /** What the step brings does not come, since something stays for which it has no room. */
    void comesNot(Step step);

    /** A lane failed. */
    void failed(RuntimeException failure);
  }

  /** Lanes: two contexts fetch 49 to 51 GB/s, and so do four (H200; docs/moving.md). */
  public static final int LANES = 2;

  private final SessionContext context;
  private final Completions completions;
  private final PiecePresence presence;
  private final Calls calls;
  private final FetchLanes lanes;
  private final Fetches fetches;
  private final WriteBacks writeBacks;
  private long refused;

  public Mover(
      SessionContext context,
      long pieceBytes,
      int inFlight,
      Completions completions,
      Presence presence,
      Calls calls) {
    this.context = context;
    this.completions = completions;
    this.presence = new PiecePresence(context, presence);
    this.calls = calls;
    lanes = new FetchLanes(context, pieceBytes, inFlight);
    fetches = new Fetches(lanes, inFlight, this.presence, calls);
    writeBacks = new WriteBacks(context, lanes.writingBack(), calls);
  }

  /**
   * Does a step; only that what leaves does so if the driver does not let all of it go.
   *
   * @param fetch whether what comes is fetched, not only given room
   * @return what the driver would not let go, so that it may still be there
   */
  public List<Piece> execute(Step step, boolean fetch) {
    fetches.awaitTurn();
    FetchLane lane = fetches.lane();
    StreamHandle stream = fetches.stream();
    List<Piece> refused = step.leaving().isEmpty() ? List.of() : leave(step, lane, stream);
    if (!refused.isEmpty()) {
      return refused; // there is no room
    }
    if (step.advises()) {
      completions.awaitUpTo(step.inPlaceUpTo()); // what is in a stream may not have run yet
      writeBacks.await(step.advised(), lane.driver());
      advise(step, lane, stream);
    }
    if (!step.coming().isEmpty()) {
      fetches.come(step, fetch, writeBacks.underWay());
    }
    return List.of();
  }

  /**
   * Says, before it is so, what leaves, what is in place no longer and what is to be read-mostly:
   * from now on whoever uses the first two or might write the last waits, and whoever did not see
   * this is heard of when messages are read once more.
   */
  public void announce(Step step) {
    fetches.awaitCallsFor(step.leaving());
    fetches.awaitCallsFor(
        step.unplacing()); // for launches it is in place until it has been called for
    for (Piece piece : step.leaving()) {
      presence.leaving(piece);
    }
    for (Piece piece : step.unplacing()) {
      if (!piece.resident() || step.coming().contains(piece)) {
        presence.absent(piece); // until it has been called for, it would fault
      }
    }
    for (Piece piece : step.readMostly()) {
      presence.foundReadMostly(piece);
    }
    presence.turningReadMostly(step.readMostly());
    Presence.settle();
  }

  /** What was announced to leave stays. */
  public void stay(List<Piece> pieces) {
    pieces.forEach(presence::stays);
  }

  private void advise(Step step, FetchLane lane, StreamHandle stream) {
    Plan advice = step.advise(lane.driver().device().location());
    step.advised(lane.applier().apply(advice, stream).complete());
    for (Piece piece : step.notReadMostly()) {
      presence.absent(piece);
    }
    for (Piece piece : step.unplacing()) {
      if (!piece.resident()) {
        presence.absent(piece);
      }
    }
    for (Piece piece : step.placing()) {
      if (piece.placed()) {
        presence.placed(piece);
      }
      inPlace(piece);
    }
  }

  /**
   * Where the device was told to access a piece in place, and had better, it is as good as there.
   */
  public void inPlace(Piece piece) {
    if (piece.inPlace() && !writeBacks.leaving(List.of(piece))) {
      presence.inPlace(piece);
    }
  }

  private List<Piece> leave(Step step, FetchLane lane, StreamHandle stream) {
    for (Piece piece : step.leaving()) {
      presence.absent(piece);
    }
    completions.awaitUpTo(step.afterSequence());
    List<Piece> back =
        step.leaving().stream().filter(piece -> onlyWrittenBack(piece, step)).toList();
    List<Piece> others = step.leaving();
    if (!back.isEmpty() && writeBacks.ready()) {
      others = others.stream().filter(piece -> !back.contains(piece)).toList();
      writeBacks.send(back);
    }
    List<AddressRange> kept = lane.applier().apply(step.leave(others), stream).unchanged();
    step.left(piece -> context.applier().droppable(piece.range()));
    others.forEach(this::inPlace);
    refused += kept.isEmpty() ? 0 : 1;
    return others.stream()
        .filter(piece -> kept.stream().anyMatch(piece.range()::overlaps))
        .toList();
  }

  /** Whether a piece leaves by a write-back and nothing else. */
  private boolean onlyWrittenBack(Piece piece, Step step) {
    return !piece.dead()
        && !piece.droppable()
        && !step.readMostly().contains(piece)
        && context.ledger().overlapping(piece.range()).stream()
            .noneMatch(
                allocation ->
                    piece
                        .range()
                        .intersection(allocation.range())
                        .filter(inside -> context.applier().mayBeReadMostly(allocation, inside))
                        .isPresent());
  }

  /**
   * Looks what lanes have written back by now, and what is not to be fetched for want of room;
   * before something is planned, which is then done with this in mind.
   */
  public void reapDepartures() {
    lookWhatLeft();
    if (fetches.turnedBackAny() && !threaded()) {
      writeBacks.awaitRefused(context.driver()); // a simulated lane's thread wakes nobody
      lookWhatLeft();
    }
    if (!writeBacks.refusedAny()) { // else it would turn back once more
      fetches.takeTurnedBack(calls::comesNot);
    }
  }

  private void lookWhatLeft() {
    writeBacks.reap(fetches::waitsFor, this::left);
  }

  private void left(Departure departure) {
    if (departure.refused()) {
      refused++;
      calls.stays(departure.kept());
    }
    Piece.current(departure.pieces()).forEach(this::inPlace);
  }

  /** Memory is being freed: no more of it is written back. */
  public void freed(AddressRange range) {
    writeBacks.freed(range);
  }

  /** Whether data is written back beside fetches. */
  public boolean writesBackBeside() {
    return writeBacks.lanesAtMost() > 0;
  }

  /** Whether it is not after all, since no context could be opened for that. */
  public boolean writesBackInTurn() {
    return writeBacks.refused();
  }

  /** Whether fetches are called for by threads of their own. */
  public boolean threaded() {
    return lanes.threaded();
  }

  /**
   * Whether a fetch that brings any of these is planned and not called for yet, or to be planned
   * anew, or it is yet to leave.
   */
  public boolean calling(List<Piece> pieces) {
    return writeBacks.leaving(pieces) || fetches.calling(pieces);
  }

  /** Whether any fetch is, or anything is yet to leave. */
  public boolean calling() {
    return writeBacks.leavingAny() || fetches.calling();
  }

  /** Whether anything leaves of which it was not looked yet whether it has. */
  public boolean leaving() {
    return !writeBacks.underWay().isEmpty();
  }

  /** Whether nothing is on its way, either way. */
  public boolean nothingMoves() {
    reap();
    return fetches.none() && writeBacks.underWay().isEmpty();
  }

  /**
   * Waits, interrupted or not, until no fetch is, and all has left that is to leave.
   *
   * @param nanos for how long at most for each
   * @return whether it is so
   */
  public boolean awaitCalls(long nanos) {
    return writeBacks.await(nanos) && fetches.awaitCalls(nanos);
  }

  /** What left by another's doing is no longer there. */
  public void gone(Piece piece) {
    fetches.awaitCallsFor(List.of(piece));
    presence.absent(piece);
  }

  /** Looks what has come by now, so that launches need not wait for it in their streams. */
  public void reap() {
    fetches.reap();
  }

  /** How often the driver would not let something leave. */
  long refused() {
    return refused;
  }

  @Override
  public void close() {
    fetches.end();
    lanes.close();
    writeBacks.close();
  }
}
