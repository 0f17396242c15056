package io.spillway.prefetch;

import io.spillway.evict.Piece;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the driver is to be told before anything else is done. Not thread-safe. */
final class PendingAdvice {

  private final List<Piece> doubtful = new ArrayList<>();
  private final List<Piece> placing = new ArrayList<>();
  private final List<Piece> unplacing = new ArrayList<>();

  /** Nothing yet. */
  PendingAdvice() {}

  /** A launch may write what was found to be only read. */
  void doubt(Piece piece) {
    doubtful.add(piece);
  }

  /** The device is to access it in place from now on, and launches are meant to. */
  void place(Piece piece) {
    piece.setLeftInPlace(true);
    placeAhead(piece);
  }

  /** The device is to be able to; whether launches are meant to is seen when they come. */
  void placeAhead(Piece piece) {
    if (!piece.placed()) {
      piece.setPlaced(true);
      placing.add(piece);
    }
  }

  /** It no longer is. */
  void unplace(Piece piece) {
    if (piece.placed()) {
      piece.setPlaced(false);
      if (!placing.remove(piece)) {
        unplacing.add(piece);
      }
    }
  }

  /** Whether there is something. */
  boolean pending() {
    return !(doubtful.isEmpty() && placing.isEmpty() && unplacing.isEmpty());
  }

  /** A step that says all of it, which then counts as said; null if there is nothing to say. */
  @Nullable Step next() {
    if (!pending()) {
      return null;
    }
    Step advice =
        Step.advising(Piece.current(doubtful), Piece.current(placing), Piece.current(unplacing));
    doubtful.clear();
    placing.clear();
    unplacing.clear();
    return advice.advises() ? advice : null;
  }
}
