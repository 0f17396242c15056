package io.spillway.prefetch.move;

import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import java.util.ArrayList;
import java.util.List;

/** Lends what a session gives its plugins. */
final class Borrowed implements SessionPlugin {
  private final List<SessionContext> contexts = new ArrayList<>();

  /** What the session gave. */
  SessionContext context() {
    return contexts.getFirst();
  }

  @Override
  public String name() {
    return "borrowed";
  }

  @Override
  public SessionListener attach(SessionContext context) {
    contexts.add(context);
    return new SessionListener() {
      @Override
      public String state() {
        return "";
      }

      @Override
      public void close() {}
    };
  }
}
