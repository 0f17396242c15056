package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.SpillwayConfig;
import io.spillway.prefetch.baseline.SequentialMover;

/**
 * Keeps the budget and fetches nothing: launches bring their data in by page faults. What a budget
 * costs without prefetching; the other baseline.
 */
public final class OnDemand implements SessionPlugin {

  /** For use in a configuration, and for {@link java.util.ServiceLoader}. */
  public OnDemand() {}

  @Override
  public String name() {
    return "on-demand";
  }

  /** Only where it is named: what is installed includes a mover that fetches. */
  @Override
  public boolean wanted(SpillwayConfig config) {
    return config.plugins().isPresent();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new SequentialMover(context, SequentialMover.Lookahead.NONE);
  }
}
