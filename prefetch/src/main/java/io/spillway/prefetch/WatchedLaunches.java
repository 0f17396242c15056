package io.spillway.prefetch;

import io.spillway.predict.LapFollower;
import io.spillway.predict.LaunchTable;
import io.spillway.predict.Touches;
import io.spillway.prefetch.message.WatchedLap;
import java.util.Optional;

/**
 * The launches of a program until a lap of them is recognised: numbers, tables and one lock for a
 * tenth of a microsecond, no garbage where launches repeat.
 *
 * <p>A lap is recognised when all of it came twice, in the same order but for what {@link
 * LapFollower} steps over. Safe for use by any thread.
 */
final class WatchedLaunches {

  /** Launches of a lap, at least: what repeats in less is a loop inside something larger. */
  private static final int SHORTEST_LAP = 4;

  /** Launches in a row after which a shorter repetition is one too: four of the shortest laps. */
  private static final int LONG_REPETITION = 4 * SHORTEST_LAP;

  /**
   * Distinct launches remembered at most, 2^16, some 4 MiB: as long a lap as a schedule holds. A
   * program that has made more without a lap is watched from new.
   */
  private static final int MOST_DISTINCT = 1 << 16;

  private final int mostDistinct;
  private LaunchTable launches = new LaunchTable();
  private LapFollower lap = new LapFollower();
  private long count;

  WatchedLaunches() {
    this(MOST_DISTINCT);
  }

  /** Remembers no more distinct launches than that. */
  WatchedLaunches(int mostDistinct) {
    this.mostDistinct = mostDistinct;
  }

  /**
   * The next launch.
   *
   * @return whether it is in a lap that is recognised
   */
  synchronized boolean observe(Touches launch) {
    if (launches.size() == mostDistinct) {
      launches = new LaunchTable();
      lap = new LapFollower();
    }
    count++;
    boolean ignored = lap.observe(launches.intern(launch));
    return recognised();
  }

  private boolean recognised() {
    long length = lap.lag();
    return length > 0 && lap.run() >= (length < SHORTEST_LAP ? LONG_REPETITION : length);
  }

  /** Launches go by unseen from now on. */
  synchronized void lose() {
    lap.lose();
  }

  /** How many launches were watched. */
  synchronized long count() {
    return count;
  }

  /** The lap that is recognised now, ending with the last launch; after this nothing is watched. */
  synchronized Optional<WatchedLap> take() {
    if (!recognised()) {
      return Optional.empty();
    }
    int[] order = new int[(int) lap.lag()];
    for (int i = 0; i < order.length; i++) {
      order[i] = lap.expected(i + 1);
    }
    WatchedLap taken = new WatchedLap(launches, order);
    launches = new LaunchTable();
    lap = new LapFollower();
    return Optional.of(taken);
  }
}
