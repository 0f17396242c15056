package io.spillway.benchmarks.plan;

import io.spillway.benchmarks.compare.Outcome;
import java.util.EnumMap;
import java.util.Map;

/**
 * One way's last lap, which later ones are like.
 *
 * @param way which
 * @param lap as things are
 * @param changedSeconds how long it takes with each change alone
 */
public record WayTimes(Way way, Outcome.Lap lap, Map<Change, Double> changedSeconds) {

  /** Copies the map. */
  public WayTimes {
    changedSeconds = new EnumMap<>(changedSeconds);
  }

  /** Seconds of a lap as things are. */
  public double seconds() {
    return lap.seconds();
  }

  /** Seconds of a lap with {@code change}. */
  public double seconds(Change change) {
    return changedSeconds.getOrDefault(change, seconds());
  }
}
