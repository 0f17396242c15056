package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.Presence;
import io.spillway.prefetch.plan.Planner;
import io.spillway.range.AddressRange;

/**
 * What it means to the engine that somebody else advised or moved memory. The background thread's.
 */
final class OthersHints {

  private final SessionContext context;
  private final Planner planner;
  private final Mover mover;
  private final Presence presence;

  OthersHints(EngineParts parts) {
    this.context = parts.context();
    this.planner = parts.planner();
    this.mover = parts.mover();
    this.presence = parts.presence();
  }

  /** A plan was applied. */
  void applied(Plan plan) {
    for (Hint hint : plan.hints()) {
      for (LiveAllocation allocation : context.ledger().overlapping(hint.range())) {
        if (allocation.kind() == MemoryKind.MANAGED) {
          hint.range()
              .intersection(allocation.range())
              .ifPresent(range -> applied(hint, allocation, range));
        }
      }
    }
  }

  private void applied(Hint hint, LiveAllocation allocation, AddressRange range) {
    switch (hint) {
      case Hint.Drop _, Hint.WriteBack _, Hint.Evict _, Hint.EvictReadMostly _ ->
          planner.others().moved(range, false).forEach(mover::gone);
      case Hint.Fetch _ -> {
        planner.others().moved(range, true);
        presence.present(allocation, range);
      }
      case Hint.NotReadMostly _ -> planner.others().expectWrite(range).forEach(mover::gone);
      case Hint.ReadMostly _, Hint.Prefer _, Hint.PreferNowhere _ ->
          planner.others().adviceChanged(range, context.applier()::droppable);
      case Hint.Discard _ -> planner.others().discarded(range);
      case Hint.AccessedBy _, Hint.NotAccessedBy _ -> {}
    }
  }
}
