package io.spillway.prefetch;

import io.spillway.evict.Piece;
import io.spillway.prefetch.govern.Governor;
import io.spillway.prefetch.message.Inbox;
import io.spillway.prefetch.message.Message;
import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.Presence;
import io.spillway.prefetch.plan.Planner;
import io.spillway.prefetch.step.Step;
import java.util.List;
import java.util.function.Consumer;

/**
 * Has steps done: announces what leaves, hears of the launches that may have gone ahead of the
 * announcement, and does what is still right. The background thread's.
 */
final class StepRunner {

  private final Planner planner;
  private final Mover mover;
  private final Presence presence;
  private final Governor governor;
  private final FoundReadMostly found;
  private final Inbox inbox;
  private final Consumer<Message> reader;

  /**
   * Of one engine.
   *
   * @param reader reads what the inbox has
   */
  StepRunner(
      EngineParts parts,
      Governor governor,
      FoundReadMostly found,
      Inbox inbox,
      Consumer<Message> reader) {
    this.planner = parts.planner();
    this.mover = parts.mover();
    this.presence = parts.presence();
    this.governor = governor;
    this.found = found;
    this.inbox = inbox;
    this.reader = reader;
  }

  /** Does a step, or as much of it as launches that were told of meanwhile leave to be done. */
  void run(Step step) {
    if (!isAnnounced(step)) {
      execute(step);
      return;
    }
    mover.announce(step);
    try {
      if (!inbox.isEmpty()) { // launches may have gone ahead before that was announced
        planner.announced().reopen(step);
        inbox.readAllTold(reader, planner::resynchronise);
        if (planner.announced().overtaken(step)) {
          withdraw(step); // to plan anew
        } else {
          execute(planner.announced().reconsidered(planner.announced().close(step)));
        }
      } else {
        execute(planner.announced().reconsidered(step));
      }
    } finally {
      presence.setTurningReadMostly(List.of());
      step.readMostly().forEach(piece -> found.look(piece.range()));
    }
  }

  /** Whether launching threads have to see what a step does before it does. */
  boolean isAnnounced(Step step) {
    return !(step.readMostly().isEmpty() && step.leaving().isEmpty() && step.unplacing().isEmpty());
  }

  private void execute(Step step) {
    List<Piece> refused = mover.execute(step, governor.level() != Governor.Level.NOTHING);
    if (!refused.isEmpty()) {
      refused.forEach(planner::refused); // something else leaves instead
      withdraw(step);
    }
    step.notReadMostly().forEach(piece -> found.look(piece.range()));
  }

  private void withdraw(Step step) {
    mover.stay(planner.announced().withdraw(step));
    Piece.current(step.unplacing()).forEach(mover::inPlace);
  }
}
