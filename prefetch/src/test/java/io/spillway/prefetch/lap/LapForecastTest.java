package io.spillway.prefetch.lap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spillway.evict.LapPlan;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Prices;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Laps of launches that use one block each. */
final class LapForecastTest {

  private static final Prices PRICES = Prices.H200_BESIDE;
  private static final int LAUNCHES = 12;
  private static final long ROOM = 4 * Blocks.BYTES;
  private static final double FETCH = Blocks.BYTES * PRICES.fetch();
  private static final double WRITE_BACK = Blocks.BYTES * PRICES.writeBackBeside();
  private static final double IN_PLACE = Blocks.BYTES * PRICES.inPlace();
  private static final LapPlan.InPlace NEVER = (piece, at) -> false;
  private static final LapPlan.InPlace ALWAYS = (piece, at) -> true;

  private static List<List<Piece>> lap(boolean droppable) {
    Pieces pieces = new Pieces(Blocks.BYTES, range -> droppable);
    List<Piece> all = new ArrayList<>();
    pieces.cover(1L << 40, LAUNCHES * Blocks.BYTES, all);
    return all.stream().map(List::of).toList();
  }

  private static double nanos(List<List<Piece>> lap, LapPlan.InPlace allowed, double launch) {
    LapPlan plan = LapPlan.of(lap, ROOM, Blocks.BYTES, PRICES, allowed);
    double[] launches = new double[lap.size()];
    Arrays.fill(launches, launch);
    return new LapForecast(plan, PRICES, ALWAYS.crossings(lap), Piece::droppable, ROOM)
        .nanos(lap, launches);
  }

  /** Room for four, of which one is used and one on its way: two stay. */
  private static final int MOVED = LAUNCHES - 2;

  @Test
  void longLaunchesHideWhatMoves() {
    double launch = 2 * (FETCH + WRITE_BACK);

    assertThat(nanos(lap(false), NEVER, launch)).isCloseTo(LAUNCHES * launch, within(launch / 2));
  }

  @Test
  void shortLaunchesWaitForWhatIsWrittenBackNotForTheSumOfBothWays() {
    assertThat(nanos(lap(false), NEVER, 1))
        .isBetween(0.95 * MOVED * WRITE_BACK, MOVED * (WRITE_BACK + FETCH / 2));
  }

  @Test
  void whatIsDroppedIsPacedByFetches() {
    assertThat(nanos(lap(true), NEVER, 1))
        .isCloseTo(MOVED * (FETCH + Blocks.BYTES * PRICES.drop()), within(0.1 * MOVED * FETCH));
  }

  @Test
  void whatIsInPlaceTakesTheLaunchesTime() {
    List<List<Piece>> lap = lap(false);

    assertThat(nanos(lap, ALWAYS, 1)).isBetween((MOVED - 2) * IN_PLACE, LAUNCHES * IN_PLACE);
  }

  @Test
  void whatIsWrittenBackSlowlyIsSlowerTheMoreOfItMoves() {
    List<List<Piece>> lap = lap(false);
    List<LapPlan> choices =
        List.copyOf(
            LapPlan.choices(lap, ROOM, Blocks.BYTES, PRICES, ALWAYS, List.of(8, 4, 0)).values());
    InPlaceTrials trials = new InPlaceTrials();
    LapCosts costs =
        new LapCosts(
            lap,
            new long[LAUNCHES],
            ALWAYS.crossings(lap),
            PRICES,
            trials,
            Piece::droppable,
            _ -> false);

    // Launches take no time here, so that what is written back is all that counts.
    assertThat(choices.stream().mapToDouble(plan -> costs.forecast(plan, ROOM)))
        .hasSizeGreaterThan(1)
        .isSorted();
  }
}
