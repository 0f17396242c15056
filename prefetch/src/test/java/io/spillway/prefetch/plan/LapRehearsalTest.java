package io.spillway.prefetch.plan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** That what is rehearsed is what planning does. */
final class LapRehearsalTest {

  @Test
  void whereAThirdFitsWhatIsMissingIsFetchedAheadAndUsed() {
    long limitBytes = LapRehearsal.LAP_BYTES / 3;

    LapRehearsal rehearsal = new LapRehearsal(limitBytes);
    Planner planner = rehearsal.laps();

    assertThat(planner.predictor().lapConfirmed()).isTrue();
    assertThat(planner.outcomes().hits()).isPositive();
    assertThat(rehearsal.moves()).isGreaterThan((int) planner.outcomes().hits());
    assertThat(planner.pieces().residentBytes()).isPositive().isLessThanOrEqualTo(limitBytes);
  }

  @Test
  void whereAllFitsItComesOnce() {
    LapRehearsal rehearsal = new LapRehearsal(LapRehearsal.LAP_BYTES);
    Planner planner = rehearsal.laps();

    assertThat(planner.pieces().residentBytes()).isEqualTo(LapRehearsal.LAP_BYTES);
    assertThat(planner.pieces().all()).hasSizeGreaterThanOrEqualTo(rehearsal.moves());
  }
}
