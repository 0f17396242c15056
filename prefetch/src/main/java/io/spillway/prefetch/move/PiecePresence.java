package io.spillway.prefetch.move;

import io.spillway.SessionContext;
import io.spillway.allocate.LiveAllocation;
import io.spillway.evict.Piece;
import io.spillway.range.AddressRange;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Says of pieces what {@link Presence} knows by allocation: a piece may be of several, or lie in
 * one only in part. The mover's thread's, or a lane's where it says what comes.
 */
final class PiecePresence {

  private final SessionContext context;
  private final Presence presence;

  PiecePresence(SessionContext context, Presence presence) {
    this.context = context;
    this.presence = presence;
  }

  /** It is about to leave, and for launches no longer there. */
  void leaving(Piece piece) {
    inAllocations(piece.range(), presence::leaving);
  }

  /** It was about to leave, and does not. */
  void stays(Piece piece) {
    inAllocations(piece.range(), presence::stays);
  }

  /** It is not there. */
  void absent(Piece piece) {
    inAllocations(piece.range(), presence::absent);
  }

  /** Launches access it in place. */
  void inPlace(Piece piece) {
    inAllocations(piece.range(), presence::inPlace);
  }

  /** The device was told to access it in place. */
  void placed(Piece piece) {
    inAllocations(piece.range(), (allocation, _) -> presence.setPlaced(allocation));
  }

  /** It is read-mostly from now on, because no launch was seen to write it. */
  void foundReadMostly(Piece piece) {
    inAllocations(piece.range(), (allocation, _) -> presence.setFoundReadMostly(allocation, true));
  }

  /** These are being told read-mostly, and no others. */
  void turningReadMostly(List<Piece> pieces) {
    presence.setTurningReadMostly(pieces.stream().map(Piece::range).toList());
  }

  /** A range is there. */
  void present(AddressRange range) {
    inAllocations(range, presence::present);
  }

  /** A flight brings a range. */
  void onItsWay(AddressRange range, Flight flight) {
    inAllocations(
        range,
        (allocation, inside) ->
            presence.onItsWay(allocation, inside, flight.number(), flight.event()));
  }

  /** A flight has brought a piece. */
  void arrived(Piece piece, Flight flight) {
    inAllocations(
        piece.range(),
        (allocation, inside) -> presence.arrived(allocation, inside, flight.number()));
  }

  private void inAllocations(AddressRange range, BiConsumer<LiveAllocation, AddressRange> action) {
    for (LiveAllocation allocation : context.ledger().overlapping(range)) {
      range.intersection(allocation.range()).ifPresent(inside -> action.accept(allocation, inside));
    }
  }
}
