package io.spillway.prefetch.step;

import io.spillway.evict.Piece;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the driver is to be told before anything else is done; except that what launches go ahead
 * with in place stays so until they are issued, or they would fault it in. Not thread-safe.
 */
public final class PendingAdvice {

  private final List<Piece> doubtful = new ArrayList<>();
  private final List<Piece> placing = new ArrayList<>();
  private final List<Piece> unplacing = new ArrayList<>();

  /** Nothing yet. */
  public PendingAdvice() {}

  /** A launch may write what was found to be only read. */
  public void doubt(Piece piece) {
    doubtful.add(piece);
  }

  /** The device is to access it in place from now on, and launches are meant to. */
  public void place(Piece piece) {
    piece.setLeftInPlace(true);
    placeAhead(piece);
  }

  /** The device is to be able to; whether launches are meant to is seen when they come. */
  public void placeAhead(Piece piece) {
    if (!piece.placed()) {
      piece.setPlaced(true);
      placing.add(piece);
    }
  }

  /** It no longer is; no launch to come goes ahead with it in place. */
  public void unplace(Piece piece) {
    piece.setLeftInPlace(false);
    if (placing.remove(piece)) {
      piece.setPlaced(false); // the driver was not told otherwise
    } else if (piece.placed()) {
      unplacing.add(piece);
    }
  }

  /**
   * A step brings it, and it is in place no longer.
   *
   * @return whether the step has to tell the driver, since that was told that it is
   */
  public boolean endsByStep(Piece piece) {
    boolean told = piece.placed() && !placing.remove(piece);
    piece.setPlaced(false);
    return told;
  }

  /** The driver was about to be told that it no longer is, and was not. */
  public void staysPlaced(Piece piece) {
    placing.remove(piece);
    piece.setPlaced(true);
    if (!piece.suitsInPlace()) {
      unplacing.add(piece);
    }
  }

  /** Whether there is something that may be said now. */
  public boolean pending() {
    return !(doubtful.isEmpty() && placing.isEmpty())
        || Piece.current(unplacing).stream().anyMatch(PendingAdvice::endsNow);
  }

  /** Whether it is in place, had better not be, and no launch relies on it. */
  private static boolean endsNow(Piece piece) {
    return piece.placed() && !piece.suitsInPlace() && !piece.reliedOn();
  }

  /** A step that says all of it, which then counts as said; null if there is nothing to say. */
  public @Nullable Step next() {
    if (!pending()) {
      return null;
    }
    Step advice = Step.advising(Piece.current(doubtful), Piece.current(placing), takeUnplacing());
    doubtful.clear();
    placing.clear();
    return advice.advises() ? advice : null;
  }

  /** What is in place no longer from now on; of the rest, what still is to be remains. */
  private List<Piece> takeUnplacing() {
    List<Piece> ending = new ArrayList<>();
    List<Piece> later = new ArrayList<>();
    for (Piece piece : Piece.current(unplacing)) {
      if (endsNow(piece)) {
        piece.setPlaced(false);
        ending.add(piece);
      } else if (piece.placed() && !piece.suitsInPlace()) {
        later.add(piece);
      }
    }
    unplacing.clear();
    unplacing.addAll(later);
    return ending;
  }
}
