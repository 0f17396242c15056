package io.spillway.prefetch.trial;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.evict.Prices;
import io.spillway.range.ByteSize;
import org.junit.jupiter.api.Test;

/** When a lap that waits for the link reads in place, and when it no longer does. */
final class ReadInPlaceTest {

  private static final long BYTES = ByteSize.GIB;
  private static final long LAUNCHES = 1_000_000;
  private static final long MOVING = 25_000_000;
  private static final long IN_PLACE = 21_000_000;

  private final ReadInPlace reading = new ReadInPlace();

  private static ReadInPlace.Estimate estimate(long placedBytes, double riskNanos) {
    return estimate(placedBytes, 0, riskNanos);
  }

  private static ReadInPlace.Estimate estimate(
      long placedBytes, double copyNanos, double riskNanos) {
    return new ReadInPlace.Estimate(
        LAUNCHES, MOVING, IN_PLACE, BYTES, placedBytes, copyNanos, riskNanos);
  }

  private boolean moved(long nanos, double riskNanos) {
    return reading.moved(LAUNCHES, MOVING, nanos, 1, () -> estimate(0, riskNanos));
  }

  private int lapsUntilChosen(long nanos, double riskNanos) {
    int laps = 1;
    while (!moved(nanos, riskNanos)) {
      laps++;
      assertThat(laps).isLessThan(10_000);
    }
    assertThat(reading.chosen()).isTrue();
    return laps;
  }

  @Test
  void itIsChosenOnceMovingHasCostAsMuchMoreAsTellingTheDriverDoes() {
    int laps = lapsUntilChosen(MOVING, 0);

    double toldNanos = BYTES * Prices.ADVISE;
    assertThat((laps - 1.0) * (MOVING - IN_PLACE))
        .isBetween(toldNanos, toldNanos + MOVING - IN_PLACE);
    assertThat(reading.worthNanos() * BYTES).isBetween(0.99 * (MOVING - LAUNCHES), 1.0 * MOVING);
  }

  @Test
  void aLapOfManyStandsForAllOfThem() {
    int rounds = 16;
    int laps = 1;
    while (!reading.moved(LAUNCHES, MOVING, MOVING, rounds, () -> estimate(0, 0))) {
      laps++;
      assertThat(laps).isLessThan(10_000);
    }
    double toldNanos = BYTES * Prices.ADVISE;
    double each = rounds * (MOVING - IN_PLACE);
    assertThat((laps - 1) * each).isBetween(toldNanos, toldNanos + each);
  }

  @Test
  void whatLaunchesMightGoOverOftenIsTriedOnceThatIsCheapBesideWhatWentBy() {
    double risk = MOVING;
    int laps = lapsUntilChosen(MOVING, risk);
    assertThat((double) laps * MOVING).isBetween(64 * risk, 65 * risk);
  }

  @Test
  void aLapThatDoesNotWaitForTheLinkGoesOnMoving() {
    for (int lap = 0; lap < 100; lap++) {
      assertThat(moved(3 * MOVING, 0)).as("the link rests most of the time").isFalse();
      assertThat(reading.moved(MOVING + 1, MOVING, MOVING, 1, () -> estimate(0, 0)))
          .as("launches take longer")
          .isFalse();
      assertThat(moved(IN_PLACE, 0)).as("as fast as in place").isFalse();
    }
  }

  @Test
  void whatTakesLongerThanMovingDidIsGivenUpAndNotTriedAgainSoon() {
    int first = lapsUntilChosen(MOVING, 0);
    assertThat(reading.readInPlace(MOVING + MOVING / 5, true, true)).isFalse();
    assertThat(reading.readInPlace(MOVING + MOVING / 5, true, true)).isFalse();
    assertThat(reading.readInPlace(MOVING + MOVING / 5, true, true)).isTrue();
    assertThat(reading.chosen()).isFalse();

    assertThat(lapsUntilChosen(MOVING, 0)).isGreaterThan(2 * first);
  }

  @Test
  void oneLapThatWaitedForSomethingElseSaysNothing() {
    lapsUntilChosen(MOVING, 0);
    for (int lap = 0; lap < 10; lap++) {
      assertThat(reading.readInPlace(MOVING + 1, true, true)).isFalse();
      assertThat(reading.readInPlace(IN_PLACE, true, true)).isFalse();
    }
  }

  @Test
  void aLapOfWhichNotAllIsInPlaceYetIsNotJudgedForAWhile() {
    lapsUntilChosen(MOVING, 0);
    int laps = 1;
    while (!reading.readInPlace(2 * MOVING, true, false)) {
      laps++;
    }
    assertThat(laps).isBetween(16, 20);
  }

  @Test
  void whereNothingMayBeInPlaceAnyMoreItEnds() {
    lapsUntilChosen(MOVING, 0);
    assertThat(reading.readInPlace(IN_PLACE, false, false)).isTrue();
    assertThat(reading.chosen()).isFalse();
  }

  @Test
  void whatIsMostlyInPlaceAlreadyStaysSoIfThatSeemsBetter() {
    reading.atFirst(estimate(BYTES / 2 - 1, 0));
    assertThat(reading.chosen()).isFalse();
    reading.atFirst(new ReadInPlace.Estimate(LAUNCHES, IN_PLACE, MOVING, BYTES, BYTES, 0, 0));
    assertThat(reading.chosen()).as("moving takes less").isFalse();
    reading.atFirst(estimate(BYTES / 2, 0));
    assertThat(reading.chosen()).isTrue();
  }

  @Test
  void whatWouldHaveToBeCopiedFirstIsReadInPlaceIfTellingTakesHalfOfThat() {
    double told = BYTES * Prices.ADVISE;
    reading.atFirst(estimate(0, 2 * told, 0));
    assertThat(reading.chosen()).as("more than half").isFalse();
    reading.atFirst(estimate(0, 2 * told + 1, 1));
    assertThat(reading.chosen()).as("launches may go over it again").isFalse();
    reading.atFirst(estimate(0, 2 * told + 1, 0));
    assertThat(reading.chosen()).isTrue();
  }

  @Test
  void anotherLapBeginsWithFetching() {
    lapsUntilChosen(MOVING, 0);
    reading.begin();
    assertThat(reading.chosen()).isFalse();
    assertThat(moved(MOVING, 0)).as("one lap is no measure").isFalse();
  }
}
