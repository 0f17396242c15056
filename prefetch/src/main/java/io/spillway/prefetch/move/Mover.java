package io.spillway.prefetch.move;

import io.spillway.SessionContext;
import io.spillway.allocate.LiveAllocation;
import io.spillway.driver.DriverException;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.evict.Piece;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.prefetch.step.Step;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BiConsumer;

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

  /**
   * What a lane is given at least of a step that several share: the rate of calls of 32 MiB is 0.8
   * of the most (measurements h200: {@code prefetch.h2d}).
   */
  private static final long LEAST_PART_BYTES = 32 * ByteSize.MIB;

  /** Lanes: two contexts fetch 49 to 51 GB/s, and so do four (H200; docs/moving.md). */
  public static final int LANES = 2;

  /**
   * A range that comes.
   *
   * @param written whether what it held before is of no interest
   */
  private record Coming(AddressRange range, boolean written) {}

  private final SessionContext context;
  private final Completions completions;
  private final Presence presence;
  private final Calls calls;
  private final int inFlight;
  private final List<FetchLane> lanes = new ArrayList<>();
  private final WriteBacks writeBacks;
  private final Deque<Flight> flights = new ArrayDeque<>();

  /** Whose fetches were not called for, by lanes, since there was no room after all. */
  private final Queue<Step> turnedBack = new ConcurrentLinkedQueue<>();

  private int number;
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
    this.presence = presence;
    this.calls = calls;
    this.inFlight = inFlight;
    try {
      ContextShare share = openLanes(pieceBytes);
      int writingBack = lanes.getFirst().driver().ownsContext() ? share.writingBack() : 0;
      writeBacks = new WriteBacks(context, writingBack, calls);
    } catch (RuntimeException e) {
      lanes.forEach(FetchLane::close);
      throw e;
    }
  }

  private ContextShare openLanes(long pieceBytes) {
    long freeBytes = context.driver().memoryInfo().freeBytes();
    lanes.add(lane(sibling(context.driver()), pieceBytes));
    long takenBytes = freeBytes - context.driver().memoryInfo().freeBytes();
    ContextShare share = ContextShare.of(context.driver(), takenBytes);
    while (lanes.getFirst().driver().ownsContext() && lanes.size() < share.fetching()) {
      try {
        lanes.add(lane(context.driver().openSibling(), pieceBytes));
      } catch (DriverException e) {
        log("data is fetched by one thread: {0}", e);
        return new ContextShare(lanes.size());
      }
    }
    return share;
  }

  private FetchLane lane(UnifiedMemoryDriver driver, long pieceBytes) {
    PlanApplier applier = context.applier().through(driver).withPieces(pieceBytes);
    return FetchLane.of(driver, applier, inFlight);
  }

  /** Where there is no room for a sibling, moves go by the driver's own calls. */
  private static UnifiedMemoryDriver sibling(UnifiedMemoryDriver driver) {
    try {
      return driver.openSibling();
    } catch (DriverException e) {
      log(
          "data is moved in the program's own context, and its launches wait for calls that"
              + " move: {0}",
          e);
      return SiblingDriver.of(driver);
    }
  }

  private static void log(String line, DriverException e) {
    System.getLogger(Mover.class.getName())
        .log(System.Logger.Level.INFO, line.replace("'", "''"), e.getMessage());
  }

  /**
   * Does a step; only that what leaves does so if the driver does not let all of it go.
   *
   * @param fetch whether what comes is fetched, not only given room
   * @return what the driver would not let go, so that it may still be there
   */
  public List<Piece> execute(Step step, boolean fetch) {
    reap();
    while (flights.size() > (inFlight - 1) * lanes.size()) {
      Flight oldest = flights.element();
      oldest.await();
      landed(flights.remove()); // only now: where the driver fails, its event is to be destroyed
    }
    FetchLane lane = lanes.get(number % lanes.size());
    StreamHandle stream = lane.stream(number / lanes.size());
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
      come(step, fetch);
    }
    return List.of();
  }

  /**
   * Says, before it is so, what leaves, what is in place no longer and what is to be read-mostly:
   * from now on whoever uses the first two or might write the last waits, and whoever did not see
   * this is heard of when messages are read once more.
   */
  public void announce(Step step) {
    awaitCallsFor(step.leaving());
    awaitCallsFor(step.unplacing()); // for launches it is in place until it has been called for
    for (Piece piece : step.leaving()) {
      inAllocations(piece, presence::leaving);
    }
    for (Piece piece : step.unplacing()) {
      if (!piece.resident() || step.coming().contains(piece)) {
        inAllocations(piece, presence::absent); // until it has been called for, it would fault
      }
    }
    for (Piece piece : step.readMostly()) {
      inAllocations(piece, (allocation, _) -> presence.setFoundReadMostly(allocation, true));
    }
    presence.setTurningReadMostly(step.readMostly().stream().map(Piece::range).toList());
    Presence.settle();
  }

  /** After which lanes say nothing more of these. */
  private void awaitCallsFor(List<Piece> pieces) {
    for (Flight flight : flights) {
      if (!flight.isCalled() && flight.brings(pieces)) {
        flight.awaitCalled();
      }
    }
  }

  /** What was announced to leave stays. */
  public void stay(List<Piece> pieces) {
    pieces.forEach(piece -> inAllocations(piece, presence::stays));
  }

  private void advise(Step step, FetchLane lane, StreamHandle stream) {
    Plan advice = step.advise(lane.driver().device().location());
    step.advised(lane.applier().apply(advice, stream).complete());
    for (Piece piece : step.notReadMostly()) {
      inAllocations(piece, presence::absent);
    }
    for (Piece piece : step.unplacing()) {
      if (!piece.resident()) {
        inAllocations(piece, presence::absent);
      }
    }
    for (Piece piece : step.placing()) {
      if (piece.placed()) {
        inAllocations(piece, (allocation, _) -> presence.setPlaced(allocation));
      }
      inPlace(piece);
    }
  }

  /**
   * Where the device was told to access a piece in place, and had better, it is as good as there.
   */
  public void inPlace(Piece piece) {
    if (piece.inPlace() && !writeBacks.leaving(List.of(piece))) {
      inAllocations(piece, presence::inPlace);
    }
  }

  private List<Piece> leave(Step step, FetchLane lane, StreamHandle stream) {
    for (Piece piece : step.leaving()) {
      inAllocations(piece, presence::absent);
    }
    completions.awaitUpTo(step.afterSequence());
    List<Piece> back =
        step.leaving().stream().filter(piece -> onlyWrittenBack(piece, step)).toList();
    List<Piece> others = step.leaving();
    if (!back.isEmpty() && writeBacks.ready()) {
      others = others.stream().filter(piece -> !back.contains(piece)).toList();
      writeBacks.send(back);
    }
    boolean left = lane.applier().apply(step.leave(others), stream).refused() == 0;
    step.left(piece -> context.applier().droppable(piece.range()));
    others.forEach(this::inPlace);
    refused += left ? 0 : 1;
    return left ? List.of() : others;
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
    if (!turnedBack.isEmpty() && !threaded()) {
      writeBacks.awaitRefused(context.driver()); // a simulated lane's thread wakes nobody
      lookWhatLeft();
    }
    if (!writeBacks.refusedAny()) { // else it would turn back once more
      for (Step step = turnedBack.poll(); step != null; step = turnedBack.poll()) {
        calls.comesNot(step);
      }
    }
  }

  private void lookWhatLeft() {
    writeBacks.reap(
        departure -> flights.stream().anyMatch(flight -> flight.waitsFor(departure)), this::left);
  }

  private void left(Departure departure) {
    if (departure.refused()) {
      refused++;
      calls.stays(departure.pieces());
    }
    Piece.current(departure.pieces()).forEach(this::inPlace);
  }

  /** Memory is being freed: no more of it is written back. */
  public void freed(AddressRange range) {
    writeBacks.freed(range);
  }

  private void come(Step step, boolean fetch) {
    List<Coming> coming =
        step.coming().stream()
            .sorted(Comparator.comparingLong(Piece::address))
            .map(piece -> new Coming(piece.range(), piece.onlyWritten()))
            .toList();
    int parts = Math.clamp(step.bytes() / LEAST_PART_BYTES, 1, lanes.size());
    long partBytes = Blocks.ceil(Math.ceilDiv(step.bytes(), parts));
    List<Departure> after = writeBacks.underWay();
    for (int part = 0; part < parts; part++) {
      Runnable turnBack = part == 0 ? () -> turnedBack.add(step) : () -> {}; // all do, or none
      come(step.coming(), slice(coming, part * partBytes, partBytes), fetch, after, turnBack);
    }
  }

  /** So many bytes of these ranges, one behind the other, from {@code offset} on. */
  private static List<Coming> slice(List<Coming> all, long offset, long bytes) {
    List<Coming> inside = new ArrayList<>();
    long at = 0;
    for (Coming coming : all) {
      long from = Math.max(offset - at, 0);
      long to = Math.min(offset + bytes - at, coming.range().bytes());
      if (from < to) {
        inside.add(new Coming(coming.range().slice(from, to - from), coming.written()));
      }
      at += coming.range().bytes();
    }
    return inside;
  }

  private void come(
      List<Piece> pieces,
      List<Coming> part,
      boolean fetch,
      List<Departure> after,
      Runnable turnBack) {
    FetchLane lane = lanes.get(number % lanes.size());
    StreamHandle stream = lane.stream(number / lanes.size());
    Flight flight = new Flight(number, pieces, lane, after);
    flights.add(flight); // before the event is recorded: it is ours to destroy, whatever happens
    number = (number + 1) % (inFlight * lanes.size());
    Plan plan = fetch ? fetch(part) : Plan.empty();
    Runnable call =
        () -> {
          try {
            boolean room = flight.awaitRoom();
            if (room) {
              lane.applier().apply(plan, stream);
            } else {
              turnBack.run();
            }
            lane.driver().record(flight.event(), stream);
            if (room) {
              part.forEach(coming -> say(coming, flight));
            }
          } finally {
            flight.setCalled();
          }
        };
    lane.call(lane.threaded() ? () -> callAndTell(call) : call);
  }

  private static Plan fetch(List<Coming> part) {
    return new Plan(part.stream().<Hint>map(coming -> new Hint.Fetch(coming.range())).toList())
        .coalesced();
  }

  private void say(Coming coming, Flight flight) {
    inAllocations(
        coming.range(),
        coming.written()
            ? presence::present
            : (allocation, range) ->
                presence.onItsWay(allocation, range, flight.number(), flight.event()));
  }

  private void callAndTell(Runnable call) {
    try {
      call.run();
    } catch (RuntimeException e) {
      calls.failed(e);
    } finally {
      calls.called();
    }
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
    return lanes.getFirst().threaded();
  }

  /**
   * Whether a fetch that brings any of these is planned and not called for yet, or to be planned
   * anew, or it is yet to leave.
   */
  public boolean calling(List<Piece> pieces) {
    return writeBacks.leaving(pieces)
        || turnedBack.stream().anyMatch(step -> Flight.brings(step.coming(), pieces))
        || flights.stream().anyMatch(flight -> !flight.isCalled() && flight.brings(pieces));
  }

  /** Whether any fetch is, or anything is yet to leave. */
  public boolean calling() {
    return writeBacks.leavingAny()
        || !turnedBack.isEmpty()
        || flights.stream().anyMatch(flight -> !flight.isCalled());
  }

  /** Whether nothing is on its way, either way. */
  public boolean nothingMoves() {
    reap();
    return flights.isEmpty() && writeBacks.underWay().isEmpty() && turnedBack.isEmpty();
  }

  /**
   * Waits, interrupted or not, until no fetch is, and all has left that is to leave.
   *
   * @param nanos for how long at most for each
   * @return whether it is so
   */
  public boolean awaitCalls(long nanos) {
    return writeBacks.await(nanos)
        && flights.stream().allMatch(flight -> flight.awaitCalled(nanos));
  }

  /** What left by another's doing is no longer there. */
  public void gone(Piece piece) {
    awaitCallsFor(List.of(piece));
    inAllocations(piece, presence::absent);
  }

  /** Looks what has come by now, so that launches need not wait for it in their streams. */
  public void reap() {
    while (!flights.isEmpty() && flights.peek().isComplete()) {
      landed(flights.remove());
    }
  }

  private void landed(Flight flight) {
    for (Piece piece : flight.pieces()) {
      inAllocations(
          piece, (allocation, range) -> presence.arrived(allocation, range, flight.number()));
    }
    flight.lane().giveBack(flight.event());
  }

  private void inAllocations(Piece piece, BiConsumer<LiveAllocation, AddressRange> action) {
    inAllocations(piece.range(), action);
  }

  private void inAllocations(AddressRange range, BiConsumer<LiveAllocation, AddressRange> action) {
    for (LiveAllocation allocation : context.ledger().overlapping(range)) {
      range.intersection(allocation.range()).ifPresent(inside -> action.accept(allocation, inside));
    }
  }

  /** How often the driver would not let something leave. */
  long refused() {
    return refused;
  }

  @Override
  public void close() {
    for (Flight flight : flights) {
      flight.awaitCalled();
      flight.lane().giveBack(flight.event());
    }
    lanes.forEach(FetchLane::close);
    writeBacks.close();
  }
}
