package io.spillway.prefetch.govern;

import io.spillway.predict.ScheduleFollower;
import io.spillway.prefetch.plan.Outcomes;
import io.spillway.prefetch.plan.Planner;
import java.util.Optional;

/**
 * How the engine does, for statistics: kept by the background thread and put into words only when
 * somebody asks, since it changes with nearly every launch.
 *
 * @param level how far it may act
 * @param reason why
 * @param hits pieces fetched ahead and used
 * @param useless pieces fetched ahead and not used
 * @param harmful pieces needed before what they left for
 * @param mostResidentBytes the most managed bytes that were on the device at once
 * @param earlierRun how it goes with the recorded run that is expected, if one is
 */
public record Standing(
    Governor.Level level,
    String reason,
    long hits,
    long useless,
    long harmful,
    long mostResidentBytes,
    Optional<ScheduleFollower.State> earlierRun) {

  public static Standing of(Governor governor, Planner planner) {
    Outcomes outcomes = planner.outcomes();
    return new Standing(
        governor.level(),
        governor.reason(),
        outcomes.hits(),
        outcomes.useless(),
        outcomes.harmful(),
        planner.pieces().mostResidentBytes(),
        planner.earlierRun());
  }

  /**
   * In words.
   *
   * @param late launches that waited in vain
   * @param unheard messages that were dropped
   */
  public String words(long late, long unheard) {
    return "on, %s (%s); fetched ahead and used %d, unused %d, harmful %d; waited in vain %d, not heard of %d%s"
        .formatted(
            level,
            reason,
            hits,
            useless,
            harmful,
            late,
            unheard,
            earlierRun.map(run -> "; earlier run: " + run.words()).orElse(""));
  }
}
