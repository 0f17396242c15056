package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.SpillwayConfig;
import io.spillway.prefetch.baseline.SequentialMover;

/** Keeps the device budget and fetches one range ahead of each declared one. The default mover. */
public final class OneAhead implements SessionPlugin {

  /** For {@link java.util.ServiceLoader}. */
  public OneAhead() {}

  @Override
  public String name() {
    return "one-ahead";
  }

  /** Not beside the engine that a schedule asks for. */
  @Override
  public boolean wanted(SpillwayConfig config) {
    return config.plugins().isPresent() || config.schedule().isEmpty();
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new SequentialMover(context, SequentialMover.Lookahead.ONE_RANGE);
  }
}
