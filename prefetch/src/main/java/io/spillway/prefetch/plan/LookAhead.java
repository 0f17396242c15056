package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.inplace.Admission;
import io.spillway.prefetch.inplace.ForeseenInPlace;
import io.spillway.prefetch.lap.LapStays;
import io.spillway.prefetch.launch.Window;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of the pieces that expected launches lack, earliest first: they come, as long as
 * something can leave for each that is used later, or are to be in place. Not thread-safe.
 */
final class LookAhead {

  private final Predictor predictor;
  private final Window window;
  private final Room room;
  private final Outcomes outcomes;
  private final Admission admission;
  private final ForeseenInPlace inPlace;
  private final LapStays laps;
  private int mostAhead = Integer.MAX_VALUE;

  LookAhead(
      Predictor predictor,
      Window window,
      Room room,
      Outcomes outcomes,
      Admission admission,
      ForeseenInPlace inPlace,
      LapStays laps) {
    this.predictor = predictor;
    this.window = window;
    this.room = room;
    this.outcomes = outcomes;
    this.admission = admission;
    this.inPlace = inPlace;
    this.laps = laps;
  }

  /** How far, in launches; 0 is not at all. */
  void lookAhead(int launches) {
    mostAhead = launches;
  }

  /** Decides for as many as make a step. */
  void next(long limitBytes, Draft step) {
    long now = predictor.position();
    for (Piece piece = first(); piece != null; piece = first()) {
      if (inPlace.passesOver(piece, now, limitBytes)) {
        window.passOver();
        continue;
      }
      if (inPlace.places(piece, now)) {
        continue;
      }
      if (step.full(piece)
          || !worthBringing(piece, now, limitBytes)
          || !room.make(
              piece,
              now,
              window.scanned(),
              limitBytes,
              step.leaving(),
              laps.active() ? Room.Choice.PASSING : Room.Choice.ANY)) {
        break;
      }
      step.brings(piece);
      outcomes.fetched(piece);
    }
  }

  private @Nullable Piece first() {
    return mostAhead > 0 ? window.firstMissing(mostAhead, inPlace::missing) : null;
  }

  /** Whether an expected piece is worth that something is written back for it. */
  private boolean worthBringing(Piece piece, long now, long limitBytes) {
    return laps.decided()
        || window.scannedIsNamed() // what it had better access in place was passed over
        || admission.fits(piece, limitBytes)
        || !admission.writesBack(now)
        || admission.worthItsRoom(piece, now, limitBytes);
  }
}
