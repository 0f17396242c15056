package io.spillway.prefetch.lap;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.prefetch.trial.LapTurn;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Laps are counted, and some of them timed. */
final class LapTurnsTest {

  private static final int NEW = 8;
  private static final int SELDOM = 16;

  private final LapTurns turns = new LapTurns();

  /** Goes round laps, after one that was another; returns the turns that were to be timed. */
  private List<LapTurn> timedOf(int laps, int length) {
    List<LapTurn> timed = new ArrayList<>();
    turns.launched();
    turns.turn(0, false, false);
    for (long at = 1; at <= (long) laps * length; at++) {
      turns.launched();
      boolean due = turns.due(at, length);
      assertThat(turns.left(at - 1, length)).isEqualTo(length - (at - 1) % length);
      boolean toTime = due && turns.timesNext();
      if (due) {
        turns.turn(at, true, false);
      }
      assertThat(turns.last() != null).isEqualTo(due);
      if (toTime) {
        timed.add(Objects.requireNonNull(turns.last()));
      }
    }
    return timed;
  }

  /** What a lap took is known if both its ends were timed. */
  private static long known(List<LapTurn> timed) {
    return timed.stream()
        .filter(turn -> timed.contains(new LapTurn(turn.number() - 1, false)))
        .count();
  }

  @Property(tries = 50)
  void lapsThatAreNewAreTimedAndOneOfSixteenAfterwards(
      @ForAll @IntRange(min = 0, max = 100) int laps,
      @ForAll @IntRange(min = 1, max = 40) int length) {
    List<LapTurn> timed = timedOf(laps, length);

    int beyond = Math.max(0, laps - NEW);
    assertThat(known(timed)).isBetween((long) Math.min(laps, NEW) - 1, NEW + beyond / SELDOM + 1L);
    assertThat(known(timed)).isGreaterThanOrEqualTo(laps / SELDOM);
    assertThat(timed.size()).isLessThanOrEqualTo(NEW + 2 * (beyond / SELDOM + 1));
  }

  @Test
  void whatIsNewIsTimedAgain() {
    timedOf(50, 3);
    assertThat(turns.isNew()).isFalse();
    assertThat(timedOf(NEW, 3)).hasSize(NEW);
  }

  @Test
  void whatBeginsToMatterLateIsTimedAsNew() {
    timedOf(50, 3);
    turns.renew();
    assertThat(turns.isNew()).isTrue();
    assertThat(turns.timesNext()).isTrue();
  }

  @Test
  void aLapStandsForThoseThatWereNotTimed() {
    LapTurn last = timedOf(40, 2).getLast();
    assertThat(turns.roundsSince(last.number() - 16, last)).isEqualTo(16);
    assertThat(turns.roundsSince(0, last)).isEqualTo(last.number() - 2);
  }

  @Test
  void aTurnThatWasMissedIsDueAtOnce() {
    turns.turn(10, false, false);
    assertThat(turns.left(25, 5)).isZero();
  }
}
