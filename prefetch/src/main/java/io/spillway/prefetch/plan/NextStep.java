package io.spillway.prefetch.plan;

import io.spillway.evict.Piece;
import io.spillway.predict.Predictor;
import io.spillway.prefetch.inplace.Promotions;
import io.spillway.prefetch.lap.LapStays;
import io.spillway.prefetch.step.PendingAdvice;
import io.spillway.prefetch.step.Step;
import org.jspecify.annotations.Nullable;

/**
 * Decides what moves next: what is beyond the budget leaves, then comes what launches lack that
 * wait for it, then what is expected, then what may do better than in place. Not thread-safe.
 */
final class NextStep {

  private final Predictor predictor;
  private final Drafts drafts;
  private final Room room;
  private final Demands demands;
  private final LookAhead ahead;
  private final Promotions promotions;
  private final PendingAdvice advice;
  private final LapStays laps;
  private boolean oldestHaveLeft;

  NextStep(
      Predictor predictor,
      Drafts drafts,
      Room room,
      Demands demands,
      LookAhead ahead,
      Promotions promotions,
      PendingAdvice advice,
      LapStays laps) {
    this.predictor = predictor;
    this.drafts = drafts;
    this.room = room;
    this.demands = demands;
    this.ahead = ahead;
    this.promotions = promotions;
    this.advice = advice;
    this.laps = laps;
  }

  /** The next time, what is beyond the budget leaves by age. */
  void oldestHaveLeft() {
    oldestHaveLeft = true;
  }

  /** The next thing to do once all advice is said; null if there is nothing, or no room for it. */
  @Nullable Step next(long limitBytes) {
    boolean byAge = oldestHaveLeft;
    oldestHaveLeft = false;
    Step shrink = shrink(limitBytes, byAge);
    if (shrink != null) {
      return shrink;
    }
    Step demand = demand(limitBytes);
    if (demand != null) {
      return demand;
    }
    Step ahead = fetchAhead(limitBytes);
    return ahead == null ? promote(limitBytes) : ahead;
  }

  private @Nullable Step shrink(long limitBytes, boolean byAge) {
    if (!room.exceeded(limitBytes)) {
      return null;
    }
    Draft step = drafts.begin();
    step.leaving()
        .addAll(
            byAge ? room.letGoOldest(limitBytes) : room.shrink(predictor.position(), limitBytes));
    return drafts.finish(step, true);
  }

  private @Nullable Step demand(long limitBytes) {
    Draft step = drafts.begin();
    long now = predictor.position();
    for (Piece piece = demands.first(); piece != null; piece = demands.first()) {
      if (!piece.resident() && !(piece.placed() && piece.reliedOn())) {
        if (step.full(piece)
            || ((!laps.active()
                    || !room.make(piece, now, now, limitBytes, step.leaving(), Room.Choice.PASSING))
                && !room.make(piece, now, now, limitBytes, step.leaving(), Room.Choice.ANY))) {
          break;
        }
        step.brings(piece);
      }
      demands.removeFirst();
    }
    return drafts.finish(step, true);
  }

  private @Nullable Step fetchAhead(long limitBytes) {
    Draft draft = drafts.begin();
    ahead.next(limitBytes, draft);
    Step step = drafts.finish(draft, false);
    return step == null ? advice.next() : step;
  }

  /**
   * Brings in what the last launch accessed in place and is worth the room of others by now: while
   * no launch waits for it.
   */
  private @Nullable Step promote(long limitBytes) {
    Draft step = drafts.begin();
    long now = predictor.position();
    for (Piece piece = promotions.next();
        piece != null && !step.full(piece);
        piece = promotions.next()) {
      if (!promotions.apply() || !room.makeInstead(piece, now, limitBytes, step.leaving())) {
        promotions.passOver();
        continue;
      }
      promotions.comes();
      step.brings(piece);
    }
    return drafts.finish(step, false);
  }
}
