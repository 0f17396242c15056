package io.spillway.evict;

/**
 * Whether a piece is read-mostly for the driver, so that its device copy can be dropped, and how
 * often that proved wrong. Not thread-safe.
 */
final class ReadMostlyState {

  /** Doublings of the laps that have to be read-only; 2^16 laps are as good as never. */
  private static final int MOST_RETREATS = 16;

  private boolean droppable;
  private boolean advised;
  private int retreats;

  /** Whether it was read-mostly before, and is to be so again once it comes. */
  private boolean suspended;

  /** As another is. */
  void copyFrom(ReadMostlyState other) {
    droppable = other.droppable;
    advised = other.advised;
    retreats = other.retreats;
    suspended = other.suspended;
  }

  /** Whether its device copy can be dropped without a transfer. */
  boolean droppable() {
    return droppable;
  }

  /** Whether it was told read-mostly because of what launches did, not by the program. */
  boolean advised() {
    return advised;
  }

  /** Whether it is to be read-mostly again when it comes. */
  boolean suspended() {
    return suspended;
  }

  /** For how many laps it has to be only read: for twice as many after each retreat. */
  long laps() {
    return 1L << Math.min(retreats, MOST_RETREATS);
  }

  /** The driver was told, because of what launches did. */
  void advise() {
    droppable = true;
    advised = true;
  }

  /** That was taken back. */
  void takeBack() {
    retreats++;
    droppable = false;
    advised = false;
    suspended = false;
  }

  /** It is not while it is in place. */
  void suspend() {
    suspended |= droppable;
    droppable = false;
  }

  /** It is again. */
  void resume() {
    suspended = false;
    droppable = true;
  }

  /** The program, or whoever else advises, says whether it is. */
  void set(boolean value) {
    droppable = value;
    suspended = false;
  }
}
