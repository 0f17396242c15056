package io.spillway.prefetch.move;

import io.spillway.driver.StreamHandle;
import io.spillway.evict.Piece;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
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
import java.util.function.Consumer;

/**
 * The fetches that are on their way, and those that are planned: a few at most, each by a lane. A
 * lane that finds no room, since something did not leave after all, turns the step back. Mover's
 * thread only, but for what lanes run.
 */
final class Fetches {

  /**
   * What a lane is given at least of a step that several share: the rate of calls of 32 MiB is 0.8
   * of the most (measurements h200: {@code prefetch.h2d}).
   */
  private static final long LEAST_PART_BYTES = 32 * ByteSize.MIB;

  /**
   * A range that comes.
   *
   * @param written whether what it held before is of no interest
   */
  private record Coming(AddressRange range, boolean written) {}

  private final FetchLanes lanes;
  private final int inFlight;
  private final PiecePresence presence;
  private final Mover.Calls calls;
  private final Deque<Flight> flights = new ArrayDeque<>();

  /** Whose fetches were not called for, by lanes, since there was no room after all. */
  private final Queue<Step> turnedBack = new ConcurrentLinkedQueue<>();

  private int number;

  /**
   * None is on its way.
   *
   * @param inFlight by each lane at most
   */
  Fetches(FetchLanes lanes, int inFlight, PiecePresence presence, Mover.Calls calls) {
    this.lanes = lanes;
    this.inFlight = inFlight;
    this.presence = presence;
    this.calls = calls;
  }

  /** Waits until another may be on its way. */
  void awaitTurn() {
    reap();
    while (flights.size() > (inFlight - 1) * lanes.size()) {
      Flight oldest = flights.element();
      oldest.await();
      landed(flights.remove()); // only now: where the driver fails, its event is to be destroyed
    }
  }

  /** The lane of the next one. */
  FetchLane lane() {
    return lanes.lane(number);
  }

  /** The stream of the next one. */
  StreamHandle stream() {
    return lanes.stream(number);
  }

  /**
   * What a step brings comes, by all lanes at once.
   *
   * @param fetch whether it is fetched, not only given room
   * @param after what has to have left before
   */
  void come(Step step, boolean fetch, List<Departure> after) {
    List<Coming> coming =
        step.coming().stream()
            .sorted(Comparator.comparingLong(Piece::address))
            .map(piece -> new Coming(piece.range(), piece.onlyWritten()))
            .toList();
    int parts = Math.clamp(step.bytes() / LEAST_PART_BYTES, 1, lanes.size());
    long partBytes = Blocks.ceil(Math.ceilDiv(step.bytes(), parts));
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
    FetchLane lane = lane();
    StreamHandle stream = stream();
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
    if (coming.written()) {
      presence.present(coming.range());
    } else {
      presence.onItsWay(coming.range(), flight);
    }
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

  /** After which lanes say nothing more of these. */
  void awaitCallsFor(List<Piece> pieces) {
    for (Flight flight : flights) {
      if (!flight.isCalled() && flight.brings(pieces)) {
        flight.awaitCalled();
      }
    }
  }

  /**
   * Whether one that brings any of these is not called for yet, or to be planned anew. Flights are
   * asked first: a lane turns a step back before it says that it has called.
   */
  boolean calling(List<Piece> pieces) {
    return flights.stream().anyMatch(flight -> !flight.isCalled() && flight.brings(pieces))
        || turnedBack.stream().anyMatch(step -> Flight.brings(step.coming(), pieces));
  }

  /** Whether any is. */
  boolean calling() {
    return flights.stream().anyMatch(flight -> !flight.isCalled()) || !turnedBack.isEmpty();
  }

  /** Whether one is yet to wait for a departure. */
  boolean waitsFor(Departure departure) {
    return flights.stream().anyMatch(flight -> flight.waitsFor(departure));
  }

  /** Whether a lane has turned a step back that is still to be taken. */
  boolean turnedBackAny() {
    return !turnedBack.isEmpty();
  }

  /** Takes the steps that lanes have turned back. */
  void takeTurnedBack(Consumer<Step> taker) {
    for (Step step = turnedBack.poll(); step != null; step = turnedBack.poll()) {
      taker.accept(step);
    }
  }

  /** Whether none is on its way, nor to be planned anew. */
  boolean none() {
    return flights.isEmpty() && turnedBack.isEmpty();
  }

  /**
   * Waits, interrupted or not, until all are called for.
   *
   * @param nanos for how long at most for each
   * @return whether it is so
   */
  boolean awaitCalls(long nanos) {
    return flights.stream().allMatch(flight -> flight.awaitCalled(nanos));
  }

  /** Looks what has come by now, so that launches need not wait for it in their streams. */
  void reap() {
    while (!flights.isEmpty() && flights.peek().isComplete()) {
      landed(flights.remove());
    }
  }

  private void landed(Flight flight) {
    for (Piece piece : flight.pieces()) {
      presence.arrived(piece, flight);
    }
    flight.lane().giveBack(flight.event());
  }

  /** Waits until all are called for, and gives their events back to the lanes. */
  void end() {
    for (Flight flight : flights) {
      flight.awaitCalled();
      flight.lane().giveBack(flight.event());
    }
  }
}
