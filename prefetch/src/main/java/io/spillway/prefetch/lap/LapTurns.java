package io.spillway.prefetch.lap;

import io.spillway.prefetch.trial.LapTurn;
import org.jspecify.annotations.Nullable;

/**
 * Counts how often laps have been gone round, so that what each took can be told; and says which
 * are worth timing, since that takes the launching thread two events at a turn: all as long as the
 * lap is new, then one of so many.
 */
final class LapTurns {

  /** Laps in which what launches take becomes known: as many as an average over eighths takes. */
  private static final int NEW = 8;

  /**
   * Then one lap of so many is timed, by its two ends, each of which may take the launch after it
   * along: four launches in sixteen laps, fewer than one in a hundred of laps of 26 or more, which
   * the 99th percentile leaves out.
   */
  private static final int SELDOM = 16;

  private @Nullable LapTurn last;
  private long turns;

  /** The position of the last turn. */
  private long position;

  /** The turn at which the lap was decided for, or another began. */
  private long first;

  /** The turn since which it is timed as one that is new. */
  private long newSince;

  /** Whether all that is to be in place was at the last turn. */
  private boolean wasInPlace;

  /** A launch was announced: it is none as long as nothing says so. */
  void launched() {
    last = null;
  }

  /** Whether the launch at that position has gone round a lap of that length. */
  boolean due(long now, long length) {
    return now - position == length;
  }

  /** Launches from that position to the next turn of a lap of that length; never negative. */
  long left(long now, long length) {
    return Math.max(0, position + length - now);
  }

  /** Whether the lap was decided for, or began to matter, a few turns ago. */
  boolean isNew() {
    return turns - newSince < NEW;
  }

  /** What it takes begins to matter: it is timed as one that is new. */
  void renew() {
    newSince = turns;
  }

  /** Whether to time the next turn: the end of a lap that is timed, or the beginning of one. */
  boolean timesNext() {
    return isNew() || (turns - newSince + 1) % SELDOM <= 1;
  }

  /**
   * The launch at that position is a turn.
   *
   * @param goesOn whether of the lap that was followed, in the same way; else of another
   * @param inPlace whether all that is to be in place is now
   */
  void turn(long now, boolean goesOn, boolean inPlace) {
    position = now;
    turns += goesOn ? 1 : 2;
    if (!goesOn) {
      first = turns;
      newSince = turns;
      wasInPlace = false;
    }
    last = new LapTurn(turns, inPlace && wasInPlace);
    wasInPlace = inPlace;
  }

  /** The turn that the launch announced last was; null if it was none. */
  @Nullable LapTurn last() {
    return last;
  }

  /** How often the lap has been gone round with a turn, since the one of that number. */
  long roundsSince(long number, LapTurn turn) {
    return turn.number() - Math.max(number, first);
  }

  /** Whether the lap that ended with a turn had begun before it was decided for. */
  boolean beganBefore(LapTurn turn) {
    return turn.number() <= first;
  }
}
