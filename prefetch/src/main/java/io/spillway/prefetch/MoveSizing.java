package io.spillway.prefetch;

import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.Presence;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;

/**
 * How data is moved: in which pieces, and how many at a time.
 *
 * @param pieceBytes bytes of a piece at most, a positive multiple of a block
 * @param inFlight pieces on their way at a time, each in a stream of its own, at least 1 and at
 *     most {@link #MOST_IN_FLIGHT}: while one moves, the next one's call is made
 */
public record MoveSizing(long pieceBytes, int inFlight) {

  /**
   * The most pieces that can be on their way: a launching thread notes the parts of them in one
   * word.
   */
  public static final int MOST_IN_FLIGHT = Presence.MOST_ON_THEIR_WAY / Mover.LANES;

  /**
   * 128 MiB is where a fetch no longer holds the calling thread (measurements h200: {@code
   * prefetch.h2d.issue}, 1.5% of the time instead of 70%) and runs at 46 GB/s; larger ones gain
   * little and cannot be cancelled. Two at a time hide what starting one takes.
   */
  public static final MoveSizing STANDARD = new MoveSizing(128 * ByteSize.MIB, 2);

  /** A piece is at most this part of the budget, so that what is in flight takes little of it. */
  private static final int PIECES_IN_BUDGET = 16;

  /** Refuses what cannot be done. */
  public MoveSizing {
    if (pieceBytes <= 0 || !Blocks.aligned(pieceBytes)) {
      throw new IllegalArgumentException(
          "pieces of %d bytes: must be a positive multiple of %d (one block)"
              .formatted(pieceBytes, Blocks.BYTES));
    }
    if (inFlight < 1 || inFlight > MOST_IN_FLIGHT) {
      throw new IllegalArgumentException(
          "%d pieces in flight: must be from 1 to %d".formatted(inFlight, MOST_IN_FLIGHT));
    }
  }

  /** The same, in pieces that suit a budget. */
  MoveSizing within(long budgetBytes) {
    long most = Math.max(Blocks.BYTES, Blocks.floor(budgetBytes / PIECES_IN_BUDGET));
    return new MoveSizing(Math.min(pieceBytes, most), inFlight);
  }

  /**
   * Room that a lap has to leave for what is in flight. The last piece goes where what the launch
   * before used has just left.
   */
  long roomBytes() {
    return Math.max(1, inFlight - 1) * pieceBytes;
  }
}
