package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.allocate.LiveAllocation;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.evict.Piece;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.range.AddressRange;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Does steps: waits for the launches that still use what leaves, lets it go, and fetches, in
 * streams of its own by turns, so that while one fetch moves the next one's call is being made.
 * Never more than a few fetches are on their way; the rest is not decided yet and needs no
 * cancelling. Mover's thread only.
 */
final class Mover implements AutoCloseable {

  private record Flight(int number, List<Piece> pieces, EventHandle event) {}

  private final SessionContext context;

  /** Ours, so that no launch waits for a call of it. */
  private final UnifiedMemoryDriver driver;

  private final PlanApplier applier;
  private final Completions completions;
  private final Presence presence;
  private final StreamHandle[] streams;
  private final Deque<Flight> flights = new ArrayDeque<>();
  private final Deque<EventHandle> spare = new ArrayDeque<>();
  private int turn;
  private long refused;

  Mover(SessionContext context, MoveSizing sizing, Completions completions, Presence presence) {
    this.context = context;
    this.driver = sibling(context.driver());
    this.applier = context.applier().through(driver).withPieces(sizing.pieceBytes());
    this.completions = completions;
    this.presence = presence;
    this.streams = streams(sizing.inFlight());
  }

  private StreamHandle[] streams(int count) {
    StreamHandle[] created = new StreamHandle[count];
    try {
      Arrays.setAll(created, i -> driver.createStream());
      return created;
    } catch (DriverException e) {
      quietly(driver::close); // with the streams that it has
      throw e;
    }
  }

  /** Where there is no room for a sibling, moves go by the driver's own calls. */
  private static UnifiedMemoryDriver sibling(UnifiedMemoryDriver driver) {
    try {
      return driver.openSibling();
    } catch (DriverException e) {
      System.getLogger(Mover.class.getName())
          .log(
              System.Logger.Level.INFO,
              "data is moved in the program''s own context, and its launches wait for calls that"
                  + " move: {0}",
              e.getMessage());
      return SiblingDriver.of(driver);
    }
  }

  /**
   * Does a step.
   *
   * @param fetch whether what comes is fetched, not only given room
   * @return whether all that should leave has left
   */
  boolean execute(Step step, boolean fetch) {
    reap();
    if (flights.size() == streams.length) {
      Flight oldest = flights.remove();
      driver.await(oldest.event());
      landed(oldest);
    }
    StreamHandle stream = streams[turn];
    turn = (turn + 1) % streams.length;
    boolean left = step.leaving().isEmpty() || leave(step, stream);
    if (step.advises()) {
      advise(step, stream);
    }
    if (!step.coming().isEmpty()) {
      come(step, fetch ? step.come() : Plan.empty(), stream);
    }
    return left;
  }

  /**
   * Says, before it is so, what leaves and what is to be read-mostly: from now on whoever uses the
   * one or might write the other waits, and whoever did not see this is heard of when messages are
   * read once more.
   */
  void announce(Step step) {
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

  private void advise(Step step, StreamHandle stream) {
    Plan advice = step.advise(driver.device().location());
    step.advised(applier.apply(advice, stream).complete());
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

  private boolean leave(Step step, StreamHandle stream) {
    for (Piece piece : step.leaving()) {
      inAllocations(piece, presence::absent);
    }
    completions.awaitUpTo(step.afterSequence());
    boolean left = applier.apply(step.leave(), stream).refused() == 0;
    step.leaving().forEach(this::inPlace);
    refused += left ? 0 : 1;
    return left;
  }

  private void come(Step step, Plan plan, StreamHandle stream) {
    applier.apply(plan, stream);
    EventHandle event = spare.isEmpty() ? driver.createEvent() : spare.pop();
    int number = flights.isEmpty() ? 0 : (flights.getLast().number() + 1) % streams.length;
    Flight flight = new Flight(number, step.coming(), event);
    flights.add(flight); // before the event is recorded: it is ours to destroy, whatever happens
    driver.record(event, stream);
    for (Piece piece : step.coming()) {
      inAllocations(
          piece,
          piece.onlyWritten()
              ? presence::present
              : (allocation, range) ->
                  presence.onItsWay(allocation, range, flight.number(), event));
    }
  }

  /** What left by another's doing is no longer there. */
  void gone(Piece piece) {
    inAllocations(piece, presence::absent);
  }

  private void reap() {
    while (!flights.isEmpty() && driver.isComplete(flights.peek().event())) {
      landed(flights.remove());
    }
  }

  private void landed(Flight flight) {
    for (Piece piece : flight.pieces()) {
      inAllocations(
          piece, (allocation, range) -> presence.arrived(allocation, range, flight.number()));
    }
    spare.push(flight.event());
  }

  private void inAllocations(Piece piece, BiConsumer<LiveAllocation, AddressRange> action) {
    for (LiveAllocation allocation : context.ledger().overlapping(piece.range())) {
      piece
          .range()
          .intersection(allocation.range())
          .ifPresent(range -> action.accept(allocation, range));
    }
  }

  /** How often the driver would not let something leave. */
  long refused() {
    return refused;
  }

  @Override
  public void close() {
    for (StreamHandle stream : streams) {
      quietly(() -> driver.synchronize(stream));
    }
    flights.forEach(flight -> quietly(() -> driver.destroyEvent(flight.event())));
    spare.forEach(event -> quietly(() -> driver.destroyEvent(event)));
    for (StreamHandle stream : streams) {
      quietly(() -> driver.destroyStream(stream));
    }
    quietly(driver::close);
  }

  private static void quietly(Runnable release) {
    try {
      release.run();
    } catch (DriverException e) {
      System.getLogger(Mover.class.getName())
          .log(System.Logger.Level.WARNING, "while closing the prefetcher", e);
    }
  }
}
