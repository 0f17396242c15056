package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.allocate.LiveAllocation;
import io.spillway.driver.DriverException;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.evict.Piece;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.range.AddressRange;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * Does steps: waits for the launches that still use what leaves, lets it go, and has it fetched, by
 * {@linkplain FetchLane lanes} in turn. Never more than a few fetches are on their way; the rest is
 * not decided yet and needs no cancelling. Mover's thread only.
 */
final class Mover implements AutoCloseable {

  /** Told by lanes, in their threads or the mover's. */
  interface Calls {
    /** A fetch that a launch may wait for has been called for. */
    void called();

    /** A lane failed. */
    void failed(RuntimeException failure);
  }

  /** Lanes: two contexts fetch 49 to 51 GB/s, and so do four (H200; docs/drop-in.md). */
  private static final int LANES = 2;

  /**
   * A context takes at most this part of the device, or there is no second: 0.5 of an H200's 140
   * GiB, a fiftieth of a card of 16.
   */
  private static final int CONTEXTS_IN_DEVICE = 50;

  private final SessionContext context;
  private final Completions completions;
  private final Presence presence;
  private final Calls calls;
  private final int inFlight;
  private final List<FetchLane> lanes = new ArrayList<>();
  private final Deque<Flight> flights = new ArrayDeque<>();
  private int turn;
  private int number;
  private long refused;

  Mover(
      SessionContext context,
      MoveSizing sizing,
      Completions completions,
      Presence presence,
      Calls calls) {
    this.context = context;
    this.completions = completions;
    this.presence = presence;
    this.calls = calls;
    this.inFlight = sizing.inFlight();
    openLanes(sizing);
  }

  private void openLanes(MoveSizing sizing) {
    long freeBytes = context.driver().memoryInfo().freeBytes();
    lanes.add(lane(sibling(context.driver()), sizing));
    long takenBytes = freeBytes - context.driver().memoryInfo().freeBytes();
    boolean cheap = takenBytes <= context.driver().device().totalBytes() / CONTEXTS_IN_DEVICE;
    while (lanes.getFirst().threaded() && cheap && lanes.size() < Math.min(LANES, inFlight)) {
      try {
        lanes.add(lane(context.driver().openSibling(), sizing));
      } catch (DriverException e) {
        log("data is fetched by one thread: {0}", e);
        return;
      }
    }
  }

  private FetchLane lane(UnifiedMemoryDriver driver, MoveSizing sizing) {
    PlanApplier applier = context.applier().through(driver).withPieces(sizing.pieceBytes());
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
   * Does a step.
   *
   * @param fetch whether what comes is fetched, not only given room
   * @return whether all that should leave has left
   */
  boolean execute(Step step, boolean fetch) {
    reap();
    if (flights.size() == inFlight) {
      Flight oldest = flights.remove();
      oldest.await();
      landed(oldest);
    }
    FetchLane lane = lanes.get(turn);
    StreamHandle stream = lane.stream(number);
    boolean left = step.leaving().isEmpty() || leave(step, lane, stream);
    if (step.advises()) {
      advise(step, lane, stream);
    }
    if (!step.coming().isEmpty()) {
      come(step, fetch ? step.come() : Plan.empty(), lane, stream);
    }
    return left;
  }

  /**
   * Says, before it is so, what leaves and what is to be read-mostly: from now on whoever uses the
   * one or might write the other waits, and whoever did not see this is heard of when messages are
   * read once more.
   */
  void announce(Step step) {
    for (Flight flight : flights) {
      if (!flight.isCalled() && flight.brings(step.leaving())) {
        flight.awaitCalled(); // what it says of these has been said then
      }
    }
    for (Piece piece : step.leaving()) {
      inAllocations(piece, presence::leaving);
    }
    for (Piece piece : step.readMostly()) {
      inAllocations(piece, (allocation, _) -> presence.setFoundReadMostly(allocation, true));
    }
    presence.setTurningReadMostly(step.readMostly().stream().map(Piece::range).toList());
    Presence.settle();
  }

  /** What was announced to leave stays. */
  void stay(List<Piece> pieces) {
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
  void inPlace(Piece piece) {
    if (piece.inPlace()) {
      inAllocations(piece, presence::inPlace);
    }
  }

  private boolean leave(Step step, FetchLane lane, StreamHandle stream) {
    for (Piece piece : step.leaving()) {
      inAllocations(piece, presence::absent);
    }
    completions.awaitUpTo(step.afterSequence());
    boolean left = lane.applier().apply(step.leave(), stream).refused() == 0;
    step.leaving().forEach(this::inPlace);
    refused += left ? 0 : 1;
    return left;
  }

  private void come(Step step, Plan plan, FetchLane lane, StreamHandle stream) {
    Flight flight = new Flight(number, step.coming(), lane);
    flights.add(flight); // before the event is recorded: it is ours to destroy, whatever happens
    number = (number + 1) % inFlight;
    turn = (turn + 1) % lanes.size();
    List<AddressRange> written = ranges(step.coming().stream().filter(Piece::onlyWritten));
    List<AddressRange> read = ranges(step.coming().stream().filter(p -> !p.onlyWritten()));
    Runnable call =
        () -> {
          try {
            lane.applier().apply(plan, stream);
            lane.driver().record(flight.event(), stream);
            inAllocations(written, presence::present);
            inAllocations(
                read,
                (allocation, range) ->
                    presence.onItsWay(allocation, range, flight.number(), flight.event()));
          } finally {
            flight.setCalled();
          }
        };
    lane.call(lane.threaded() ? () -> callAndTell(call) : call);
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

  private static List<AddressRange> ranges(Stream<Piece> pieces) {
    return pieces.map(Piece::range).toList();
  }

  /** Whether a fetch that brings any of these is planned and not called for yet. */
  boolean calling(List<Piece> pieces) {
    return flights.stream().anyMatch(flight -> !flight.isCalled() && flight.brings(pieces));
  }

  /** Whether any fetch is. */
  boolean calling() {
    return flights.stream().anyMatch(flight -> !flight.isCalled());
  }

  /**
   * Waits, interrupted or not, until no fetch is.
   *
   * @param nanos for how long at most for each
   * @return whether none is
   */
  boolean awaitCalls(long nanos) {
    return flights.stream().allMatch(flight -> flight.awaitCalled(nanos));
  }

  /** What left by another's doing is no longer there. */
  void gone(Piece piece) {
    inAllocations(piece, presence::absent);
  }

  private void reap() {
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
    inAllocations(List.of(piece.range()), action);
  }

  private void inAllocations(
      List<AddressRange> ranges, BiConsumer<LiveAllocation, AddressRange> action) {
    for (AddressRange range : ranges) {
      for (LiveAllocation allocation : context.ledger().overlapping(range)) {
        range
            .intersection(allocation.range())
            .ifPresent(inside -> action.accept(allocation, inside));
      }
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
  }
}
