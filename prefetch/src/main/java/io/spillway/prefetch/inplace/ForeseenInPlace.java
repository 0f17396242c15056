package io.spillway.prefetch.inplace;

import io.spillway.access.AccessKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.prefetch.lap.LapStays;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.step.PendingAdvice;
import io.spillway.prefetch.trial.InPlaceTrials;
import java.util.function.BooleanSupplier;

/**
 * What launches that are only expected will access on the host, of the pieces that they lack: those
 * need not come. The device is told ahead, so that none of the launches waits for that. Not
 * thread-safe.
 */
public final class ForeseenInPlace {

  private final Window window;
  private final InPlaceTrials trials;
  private final Admission admission;
  private final Bypass bypass;
  private final LapStays laps;
  private final PendingAdvice advice;
  private final long roomBytes;
  private final BooleanSupplier followsEarlierRun;

  /**
   * Of the launch that the window has scanned up to.
   *
   * @param roomBytes how much may be used before a launch that is near
   * @param followsEarlierRun whether a recorded run tells what is expected
   */
  public ForeseenInPlace(
      Window window,
      InPlaceTrials trials,
      Admission admission,
      Bypass bypass,
      LapStays laps,
      PendingAdvice advice,
      long roomBytes,
      BooleanSupplier followsEarlierRun) {
    this.window = window;
    this.trials = trials;
    this.admission = admission;
    this.bypass = bypass;
    this.laps = laps;
    this.advice = advice;
    this.roomBytes = roomBytes;
    this.followsEarlierRun = followsEarlierRun;
  }

  /** Whether a launch lacks a piece: what is in place is looked at again if each use is chosen. */
  public boolean missing(Piece piece) {
    return bypass.applies() ? !piece.resident() && !piece.dead() : piece.missing();
  }

  /** Whether a piece does not come for its next use, the scanned launch's. */
  public boolean passesOver(Piece piece, long now, long limitBytes) {
    return staysBeyondRoom(piece, now, limitBytes)
        || bypasses(piece, now, limitBytes)
        || isLeft(piece, now, limitBytes);
  }

  /**
   * Has the device told of a piece that had better be in place, if one more may be.
   *
   * @return whether that is so
   */
  public boolean places(Piece piece, long now) {
    if (piece.suitsInPlace() && mayPlace(now)) {
      advice.placeAhead(piece);
      return true;
    }
    return false;
  }

  /**
   * Whether a launch that goes over more than there is room for, as recorded, leaves in place what
   * is there already: some of it has to be, and to tell the device of more costs as much as two
   * fetches ({@link Prices#ADVISE}).
   */
  private boolean staysBeyondRoom(Piece piece, long now, long limitBytes) {
    return piece.placed()
        && followsEarlierRun.getAsBoolean()
        && window.bytes(window.scanned()) > limitBytes
        && trials.notBarred(window.scannedSite(), now);
  }

  /**
   * Whether a piece does not come for that launch, since it is to be in place, or might be: what
   * would have to be written back for it need not leave before that is known.
   */
  private boolean bypasses(Piece piece, long now, long limitBytes) {
    long use = window.scanned();
    if (!bypass.applies() || !trials.allowed(window.scannedSite(), now)) {
      return false;
    }
    boolean better =
        !admission.fits(piece, limitBytes)
            && window.near(use, roomBytes)
            && bypass.possible(now, use)
            && bypass.better(piece, now, use);
    piece.setSuitsInPlace(better && bypass.worthTelling(piece, now, use) && mayPlace(now));
    if (piece.suitsInPlace()) {
      advice.placeAhead(piece);
    }
    return piece.suitsInPlace() || (better && bypass.writesBack(now, use));
  }

  /**
   * Whether a piece is left where it is for that launch, which may access it there: to what it
   * would take the room of, that is worth more.
   */
  private boolean isLeft(Piece piece, long now, long limitBytes) {
    return !bypass.applies()
        && !laps.decided()
        && mayBeLeft(piece, now)
        && mayPlace(now)
        && !admission.worthComing(piece, now, window.scanned(), limitBytes);
  }

  /**
   * Of pieces that launches only read, those that came often enough; of others, if the program has
   * named the launch, those that hold something. What is new comes, as it would if it was waited
   * for.
   */
  private boolean mayBeLeft(Piece piece, long now) {
    if (piece.droppable() || piece.suspended()) {
      return piece.arrivals() >= InPlaceChoice.ARRIVALS;
    }
    int step = (int) (window.scanned() - now);
    return window.scannedIsNamed()
        && (piece.usedBefore(now + 1) || window.kind(step, piece) == AccessKind.READ);
  }

  /** Whether an expected launch may access one more piece in place. */
  private boolean mayPlace(long now) {
    long inPlaceBytes = 0;
    for (Piece piece : window.expected(window.scanned())) {
      inPlaceBytes += piece.placed() && !piece.resident() ? piece.bytes() : 0;
    }
    return trials.room(window.scannedSite(), now, inPlaceBytes);
  }
}
