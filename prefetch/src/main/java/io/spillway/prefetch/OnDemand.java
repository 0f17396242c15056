package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.SpillwayConfig;
import io.spillway.prefetch.baseline.SequentialMover;

/**
 * Keeps the device budget and fetches nothing: launches bring their data in by page faults. A
 * baseline that shows what a budget costs without prefetching.
 */
public final class OnDemand implements SessionPlugin {

  /** For use in a configuration, and for {@link java.util.ServiceLoader}. */
  public OnDemand() {}

  @Override
  public String name() {
    return "on-demand";
  }

  /** Only where the configuration names it: the default mover fetches. */
  @Override
  public boolean wanted(SpillwayConfig config) {
    return config.plugins().isPresent();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new SequentialMover(context, SequentialMover.Lookahead.NONE);
  }
}
