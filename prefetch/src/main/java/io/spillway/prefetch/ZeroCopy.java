package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.SpillwayConfig;
import io.spillway.prefetch.baseline.FirstComePlacement;

/**
 * Keeps the budget and moves nothing: what there is no room for when it is allocated stays on the
 * host, and launches access it there. What hints alone give a program, without knowing of its
 * launches; a baseline.
 */
public final class ZeroCopy implements SessionPlugin {

  /** For use in a configuration, and for {@link java.util.ServiceLoader}. */
  public ZeroCopy() {}

  @Override
  public String name() {
    return "zero-copy";
  }

  /** Only where it is named: what is installed includes a mover that fetches. */
  @Override
  public boolean wanted(SpillwayConfig config) {
    return config.plugins().isPresent();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new FirstComePlacement(context);
  }
}
