package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.SpillwayConfig;

/**
 * The predictive engine: keeps the device budget, predicts what launches need and moves it ahead of
 * them. It notices when that does not help, and stops.
 */
public final class Auto implements SessionPlugin {

  private final MoveSizing sizing;

  /** For {@link java.util.ServiceLoader} or a configuration. */
  public Auto() {
    this(MoveSizing.STANDARD);
  }

  /** For a configuration that knows how its machine moves data best. */
  public Auto(MoveSizing sizing) {
    this.sizing = sizing;
  }

  @Override
  public String name() {
    return "auto";
  }

  /** Only where the configuration names it: the plain mover is the default. */
  @Override
  public boolean wanted(SpillwayConfig config) {
    return config.plugins().isPresent();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new PredictiveEngine(context, sizing, Waits.STANDARD, EarlierRun.NONE);
  }
}
