package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Prices;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.inplace.Admission;
import io.spillway.prefetch.inplace.Bypass;
import io.spillway.prefetch.lap.LapStays;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.step.PendingAdvice;
import io.spillway.prefetch.trial.InPlaceTrials;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the pieces that expected launches lack, earliest first: they come, as long as
 * something can leave for each that is used later, or are to be in place. Not thread-safe.
 */
final class LookAhead {

  private final Predictor predictor;
  private final Pieces pieces;
  private final Window window;
  private final Room room;
  private final Outcomes outcomes;
  private final InPlaceTrials trials;
  private final Admission admission;
  private final Bypass bypass;
  private final LapStays laps;
  private final PendingAdvice advice;
  private final long stepBytes;
  private final long roomBytes;
  private final BooleanSupplier followsEarlierRun;
  private int mostAhead = Integer.MAX_VALUE;

  LookAhead(
      Predictor predictor,
      Pieces pieces,
      Window window,
      Room room,
      Outcomes outcomes,
      InPlaceTrials trials,
      Admission admission,
      Bypass bypass,
      LapStays laps,
      PendingAdvice advice,
      long stepBytes,
      long roomBytes,
      BooleanSupplier followsEarlierRun) {
    this.predictor = predictor;
    this.pieces = pieces;
    this.window = window;
    this.room = room;
    this.outcomes = outcomes;
    this.trials = trials;
    this.admission = admission;
    this.bypass = bypass;
    this.laps = laps;
    this.advice = advice;
    this.stepBytes = stepBytes;
    this.roomBytes = roomBytes;
    this.followsEarlierRun = followsEarlierRun;
  }

  /** How far, in launches; 0 is not at all. */
  void lookAhead(int launches) {
    mostAhead = launches;
  }

  /**
   * Decides for as many as make a step.
   *
   * @param leaving takes what leaves
   * @param coming takes what comes
   */
  void next(long limitBytes, List<Piece> leaving, List<Piece> coming) {
    long now = predictor.position();
    long bytes = 0;
    for (Piece piece = first(); piece != null; piece = first()) {
      if (staysBeyondRoom(piece, now, limitBytes) || bypasses(piece, now, limitBytes)) {
        window.passOver();
        continue;
      }
      if (piece.suitsInPlace() && mayPlace(now)) {
        advice.placeAhead(piece);
        continue;
      }
      if ((bytes > 0 && bytes + piece.bytes() > stepBytes)
          || !worthBringing(piece, now, limitBytes)
          || !room.make(
              piece,
              now,
              window.scanned(),
              limitBytes,
              leaving,
              laps.active() ? Room.Choice.PASSING : Room.Choice.ANY)) {
        break;
      }
      pieces.arrive(piece);
      outcomes.fetched(piece);
      coming.add(piece);
      bytes += piece.bytes();
    }
  }

  private @Nullable Piece first() {
    return mostAhead > 0 ? window.firstMissing(mostAhead, this::missing) : null;
  }

  /** What is in place is looked at again for each use, if that is chosen for each. */
  private boolean missing(Piece piece) {
    return bypass.applies() ? !piece.resident() && !piece.dead() : piece.missing();
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

  /** Whether an expected launch may access one more piece in place. */
  private boolean mayPlace(long now) {
    long inPlaceBytes = 0;
    for (Piece piece : window.expected(window.scanned())) {
      inPlaceBytes += piece.placed() && !piece.resident() ? piece.bytes() : 0;
    }
    return trials.room(window.scannedSite(), now, inPlaceBytes);
  }

  /** Whether an expected piece is worth that something is written back for it. */
  private boolean worthBringing(Piece piece, long now, long limitBytes) {
    return laps.decided()
        || admission.fits(piece, limitBytes)
        || !admission.writesBack(now)
        || admission.worthItsRoom(piece, now, limitBytes);
  }
}
