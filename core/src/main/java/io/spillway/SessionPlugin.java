package io.spillway;

/**
 * Something that takes part in every session: a mover, a recorder. Found with {@link
 * java.util.ServiceLoader}, or named in the configuration.
 */
public interface SessionPlugin {

  /** A short name for statistics and logs. */
  String name();

  /** Whether there is anything for it to do in a session; if not, it is not asked to join. */
  default boolean wanted(SessionContext context) {
    return true;
  }

  /** Joins a session that is being opened. The listener is closed before the session is. */
  SessionListener attach(SessionContext context);
}
