package io.spillway;

/**
 * Something that takes part in every session: a mover, a recorder. Found with {@link
 * java.util.ServiceLoader}, or named in the configuration.
 */
public interface SessionPlugin {

  /** A short name for statistics and logs. */
  String name();

  /**
   * Whether it takes part in a session with this configuration. A plugin that depends on a setting
   * says no where that is not set.
   */
  default boolean wanted(SpillwayConfig config) {
    return true;
  }

  /**
   * Joins a session that is being opened. The listener is closed before the session is; what this
   * throws fails the opening.
   */
  SessionListener attach(SessionContext context);
}
