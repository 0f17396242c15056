package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.predict.GoneRound;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.step.PendingAdvice;
import io.spillway.prefetch.step.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Makes steps of drafts: decides what is said of what moves, which of it is read-mostly from now on
 * and which no longer in place. Not thread-safe.
 */
final class Drafts {

  private final Predictor predictor;
  private final Pieces pieces;
  private final PendingAdvice advice;
  private final BooleanSupplier followsEarlierRun;
  private final long stepBytes;

  /**
   * Of one planner.
   *
   * @param advice what the driver is yet to be told
   * @param followsEarlierRun whether a recorded run tells what is expected
   * @param stepBytes what a step brings at most, unless it is a single piece
   */
  Drafts(
      Predictor predictor,
      Pieces pieces,
      PendingAdvice advice,
      BooleanSupplier followsEarlierRun,
      long stepBytes) {
    this.predictor = predictor;
    this.pieces = pieces;
    this.advice = advice;
    this.followsEarlierRun = followsEarlierRun;
    this.stepBytes = stepBytes;
  }

  /** One that moves nothing yet. */
  Draft begin() {
    return new Draft(pieces, stepBytes);
  }

  /** The step, which counts as done; null if it moves nothing. */
  @Nullable Step finish(Draft draft, boolean demanded) {
    if (draft.isEmpty()) {
      return null;
    }
    List<Piece> readMostly = new ArrayList<>();
    List<Piece> unplaced = new ArrayList<>();
    long now = predictor.position();
    GoneRound lap = predictor.lapConfirmed() ? predictor.goneRound() : GoneRound.NONE;
    for (Piece piece : draft.coming()) {
      // What a launch under way relies on stays in place until it has come.
      if (piece.turnsReadMostly(lap, now) && !(piece.placed() && piece.reliedOn())) {
        if (piece.suspended() || (followsEarlierRun.getAsBoolean() && !piece.stays())) {
          readMostly.add(piece); // else as it leaves
        }
        if (advice.endsByStep(piece)) { // read-mostly goes before in place
          unplaced.add(piece);
        }
      }
    }
    for (Piece piece : draft.leaving()) {
      if (piece.turnsReadMostly(lap, now)
          && !(piece.dead() || piece.placed() || piece.suitsInPlace())) {
        readMostly.add(piece);
      }
    }
    return Step.moving(draft.leaving(), draft.coming(), readMostly, unplaced, demanded);
  }
}
