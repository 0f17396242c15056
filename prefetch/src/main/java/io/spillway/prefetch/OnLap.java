package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.StandardPlugin;

/**
 * {@link Auto}, started once it may pay: watches launches until it recognises a lap of them that
 * needs more than there is room for. Before that it moves nothing, opens nothing and keeps no
 * launch waiting. The drop-in's default.
 */
public final class OnLap implements StandardPlugin {

  private final MoveSizing sizing;

  /** For {@link java.util.ServiceLoader} or a configuration. */
  public OnLap() {
    this(MoveSizing.STANDARD);
  }

  /** For a configuration that knows how its machine moves data best. */
  public OnLap(MoveSizing sizing) {
    this.sizing = sizing;
  }

  @Override
  public String name() {
    return "on-lap";
  }

  @Override
  public SessionListener attach(SessionContext context) {
    return new LapWatch(context, sizing, Waits.STANDARD);
  }
}
