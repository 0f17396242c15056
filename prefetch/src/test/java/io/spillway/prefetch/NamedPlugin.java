package io.spillway.prefetch;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import java.util.function.Function;

/** A plugin of a listener that a test makes. */
record NamedPlugin(String name, Function<SessionContext, SessionListener> listener)
    implements SessionPlugin {

  @Override
  public SessionListener attach(SessionContext context) {
    return listener.apply(context);
  }
}
