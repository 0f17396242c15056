package io.spillway.allocate;

/**
 * The host's memory getting dangerous.
 *
 * @param cause by which figure
 * @param source the file the figure was read from
 * @param message the figure and its threshold, for people
 */
public record MemoryAlarm(Cause cause, String source, String message) {

  /** Which figure passed its threshold. */
  public enum Cause {
    /** Some tasks wait for memory too long. */
    SOME_STALL,
    /** All tasks wait for memory too long. */
    FULL_STALL,
    /** Less memory is available than the reserve. */
    RESERVE_REACHED
  }
}
