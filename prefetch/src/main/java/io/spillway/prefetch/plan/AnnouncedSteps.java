package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.predict.GoneRound;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.step.PendingAdvice;
import io.spillway.prefetch.step.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Steps that were announced and are not done yet: launches that are told of meanwhile may have gone
 * ahead of the announcement, and what they use must not leave, nor cease to be in place, nor be
 * read-mostly if they write it. Not thread-safe.
 */
public final class AnnouncedSteps {

  private final Predictor predictor;
  private final Pieces pieces;
  private final Demands demands;
  private final Outcomes outcomes;
  private final Window window;
  private final PendingAdvice advice;
  private final Consumer<Piece> gone;

  /**
   * Of one planner.
   *
   * @param gone enters that a piece is not on the device any more
   */
  AnnouncedSteps(
      Predictor predictor,
      Pieces pieces,
      Demands demands,
      Outcomes outcomes,
      Window window,
      PendingAdvice advice,
      Consumer<Piece> gone) {
    this.predictor = predictor;
    this.pieces = pieces;
    this.demands = demands;
    this.outcomes = outcomes;
    this.window = window;
    this.advice = advice;
    this.gone = gone;
  }

  /**
   * The step without advice that a launch told meanwhile makes wrong, or that has no piece left.
   */
  public Step reconsidered(Step step) {
    long now = predictor.position();
    GoneRound lap = predictor.lapConfirmed() ? predictor.goneRound() : GoneRound.NONE;
    return new Step(
        Piece.current(step.leaving()),
        step.coming(),
        Piece.current(step.readMostly()).stream()
            .filter(piece -> piece.turnsReadMostly(lap, now))
            .toList(),
        step.notReadMostly(),
        step.placing(),
        step.unplacing(),
        step.afterSequence(),
        step.demanded());
  }

  /**
   * What leaves by a step has not left yet, and what is to be in place no longer still is, while
   * more is told of launches.
   */
  public void reopen(Step step) {
    for (Piece piece : Piece.current(step.leaving())) {
      pieces.stay(piece);
      piece.aboutToLeave();
    }
    for (Piece piece : Piece.current(step.unplacing())) {
      piece.setPlaced(true);
      piece.aboutToLeave();
    }
  }

  /** Whether a launch that was told of since a step was reopened uses what leaves by it. */
  public boolean overtaken(Step step) {
    return Piece.current(step.leaving()).stream().anyMatch(Piece::overtaken);
  }

  /**
   * What leaves by a step that was reopened leaves.
   *
   * @return the step, by which what launches told of since use stays in place
   */
  public Step close(Step step) {
    Piece.current(step.leaving()).forEach(gone);
    List<Piece> unplacing = new ArrayList<>();
    List<Piece> readMostly = new ArrayList<>(Piece.current(step.readMostly()));
    for (Piece piece : Piece.current(step.unplacing())) {
      if (piece.overtaken()) {
        advice.staysPlaced(piece);
        readMostly.remove(piece); // which goes before in place
      } else {
        piece.setPlaced(false);
        unplacing.add(piece);
      }
    }
    return new Step(
        step.leaving(),
        step.coming(),
        readMostly,
        step.notReadMostly(),
        step.placing(),
        unplacing,
        step.afterSequence(),
        step.demanded());
  }

  /**
   * A step that was reopened is not to be done: what it was to bring is to be planned for anew.
   *
   * @return what stays
   */
  public List<Piece> withdraw(Step step) {
    Piece.current(step.coming()).forEach(piece -> comesNot(piece, step.demanded()));
    Piece.current(step.unplacing()).forEach(piece -> piece.setPlaced(true)); // nobody was told
    List<Piece> stay = Piece.current(step.leaving()).stream().filter(Piece::resident).toList();
    stay.forEach(outcomes::stayed);
    return stay;
  }

  /** There was no room after all for what a step brings: it is to be planned for anew. */
  public void comesNot(Step step) {
    for (Piece piece : Piece.current(step.coming())) {
      boolean faultedIn = piece.usedSince() && !piece.held(); // by a launch that did not wait
      if (piece.resident() && !faultedIn) {
        comesNot(piece, step.demanded());
      }
    }
  }

  private void comesNot(Piece piece, boolean demanded) {
    pieces.comesNot(piece);
    window.left(piece);
    outcomes.gone(piece);
    if (demanded || piece.held()) {
      demands.again(piece);
    }
  }
}
