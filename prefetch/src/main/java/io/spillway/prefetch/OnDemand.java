package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;

/**
 * Keeps the budget and fetches nothing: launches bring their data in by page faults. What a budget
 * costs without prefetching; the other baseline.
 */
public final class OnDemand implements SessionPlugin {

  /** For use in a configuration. */
  public OnDemand() {}

  @Override
  public String name() {
    return "on-demand";
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new SequentialMover(context, SequentialMover.Lookahead.NONE);
  }
}
