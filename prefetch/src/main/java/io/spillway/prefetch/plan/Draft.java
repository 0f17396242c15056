package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import java.util.ArrayList;
import java.util.List;

/** A step in the making: what comes by it, as long as it has a place, and what leaves for that. */
final class Draft {

  private final Pieces pieces;
  private final long mostBytes;
  private final List<Piece> leaving = new ArrayList<>();
  private final List<Piece> coming = new ArrayList<>();
  private long bytes;

  /**
   * Moves nothing yet.
   *
   * @param mostBytes what comes at most, unless it is a single piece
   */
  Draft(Pieces pieces, long mostBytes) {
    this.pieces = pieces;
    this.mostBytes = mostBytes;
  }

  /** Whether it already brings so much that it has no place for the piece. */
  boolean full(Piece piece) {
    return bytes > 0 && bytes + piece.bytes() > mostBytes;
  }

  /** The piece comes, in the account at once. */
  void brings(Piece piece) {
    pieces.arrive(piece);
    coming.add(piece);
    bytes += piece.bytes();
  }

  /** What leaves, to be added to. */
  List<Piece> leaving() {
    return leaving;
  }

  /** What comes. */
  List<Piece> coming() {
    return coming;
  }

  /** Whether it moves nothing. */
  boolean isEmpty() {
    return leaving.isEmpty() && coming.isEmpty();
  }
}
