package io.spillway.prefetch;

import io.spillway.profile.RunSchedule;
import java.util.Optional;

/**
 * What the engine is given of an earlier run.
 *
 * @param schedule what that launched
 * @param whyNot why there is nothing although it was asked for; empty if it was not
 */
record EarlierRun(Optional<RunSchedule> schedule, Optional<String> whyNot) {

  /** None was asked for. */
  static final EarlierRun NONE = new EarlierRun(Optional.empty(), Optional.empty());

  /** One that was recorded. */
  static EarlierRun of(RunSchedule schedule) {
    return schedule.isEmpty()
        ? unusable("no launch of it touched managed memory; record it with redirect=all")
        : new EarlierRun(Optional.of(schedule), Optional.empty());
  }

  /** One that cannot be used. */
  static EarlierRun unusable(String reason) {
    return new EarlierRun(Optional.empty(), Optional.of(reason));
  }
}
