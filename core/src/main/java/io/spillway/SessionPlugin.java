package io.spillway;

/**
 * Something that takes part in every session: a mover, a recorder. Found with {@link
 * java.util.ServiceLoader}, or named in the configuration.
 */
public interface SessionPlugin {

  /** A short name for statistics and logs. */
  String name();

  /** Joins a session that is being opened. The listener is closed before the session is. */
  SessionListener attach(SessionContext context);
}
