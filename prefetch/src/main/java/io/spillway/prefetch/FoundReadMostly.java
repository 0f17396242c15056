package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.allocate.LiveAllocation;
import io.spillway.evict.Piece;
import io.spillway.prefetch.move.Presence;
import io.spillway.prefetch.plan.Planner;
import io.spillway.range.AddressRange;

/**
 * Says of allocations whether parts of them are read-mostly because of what launches did, so that
 * launches which may write there wait until that is taken back. The background thread's.
 */
final class FoundReadMostly {

  private final SessionContext context;
  private final Planner planner;
  private final Presence presence;

  FoundReadMostly(SessionContext context, Planner planner, Presence presence) {
    this.context = context;
    this.planner = planner;
    this.presence = presence;
  }

  /** Whether launches that may write a range still have something to wait for. */
  void look(AddressRange range) {
    for (LiveAllocation allocation : context.ledger().overlapping(range)) {
      presence.setFoundReadMostly(
          allocation,
          planner.pieces().touching(allocation.range()).stream().anyMatch(Piece::advised));
    }
  }
}
