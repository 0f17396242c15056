package io.spillway.prefetch.inplace;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.evict.Prices;
import io.spillway.evict.Victims;
import io.spillway.predict.Predictor;
import io.spillway.predict.Touches;
import io.spillway.prefetch.launch.Window;
import io.spillway.prefetch.trial.InPlaceTrials;
import io.spillway.prefetch.trial.TimedLaunch;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Of two pieces with known uses, one of which is there. */
final class BypassTest {

  private static final long BASE = 1L << 40;
  private static final long NOW = 10;

  private boolean droppable = true;
  private final Predictor predictor = new Predictor();
  private final InPlaceTrials trials = new InPlaceTrials();
  private final Pieces pieces = new Pieces(Blocks.BYTES, range -> droppable);
  private final Window window = new Window(predictor, pieces);
  private final Victims victims = new Victims(pieces, Prices.H200);
  private final Bypass bypass =
      new Bypass(
          () -> true,
          victims,
          Prices.H200,
          new Backlog(window, Prices.H200, trials),
          piece -> !piece.held());

  private Piece piece(int number, long... uses) {
    List<Piece> made = new ArrayList<>();
    pieces.cover(BASE + number * Blocks.BYTES, Blocks.BYTES, made);
    for (long use : uses) {
      made.getFirst().expectUse(use);
    }
    return made.getFirst();
  }

  @Test
  void whatIsUsedAgainBeforeTheOtherComesAndWhatIsNotStays() {
    pieces.arrive(piece(0, 20));

    assertThat(bypass.better(piece(1, 19), NOW, NOW)).isFalse();
    assertThat(bypass.better(piece(2, 21), NOW, NOW)).isTrue();
    assertThat(bypass.better(piece(3), NOW, NOW)).isTrue();
  }

  @Test
  void whatIsNotUsedAgainLeavesForAnythingUnlessItHasToBeWrittenBack() {
    Piece there = piece(0);
    pieces.arrive(there);
    assertThat(bypass.better(piece(1), NOW, NOW)).isFalse();

    there.setDroppable(false);
    assertThat(bypass.better(piece(2), NOW, NOW)).isTrue();
    assertThat(bypass.better(piece(3, 11, 12, 13, 14), NOW, NOW))
        .as("four more accesses in place take less than a write-back, 51.2 / 12")
        .isTrue();
    assertThat(bypass.better(piece(4, 11, 12, 13, 14, 15), NOW, NOW)).isFalse();
  }

  @Test
  void whereNothingCanLeaveItIsInPlaceRatherThanFaulting() {
    Piece there = piece(0, 20);
    pieces.arrive(there);
    there.hold(0);

    assertThat(bypass.possible(NOW, NOW)).isFalse();
    assertThat(bypass.better(piece(1, 19), NOW, NOW)).isTrue();
  }

  @Test
  void theDeviceIsToldForSeveralUsesAndNotForOne() {
    pieces.arrive(piece(0, 12));

    assertThat(bypass.worthTelling(piece(1), NOW, NOW)).isFalse();
    assertThat(bypass.worthTelling(piece(2, 13, 16, 19), NOW, NOW)).isTrue();
    assertThat(bypass.worthTelling(piece(3, 13, 14), NOW, NOW))
        .as("uses that are close bring it")
        .isEqualTo(2 * Prices.H200.inPlace() >= Prices.ADVISE);
    Piece placed = piece(4);
    placed.setPlaced(true);
    assertThat(bypass.worthTelling(placed, NOW, NOW)).isTrue();
  }

  /** A launch over a piece, of those that are to come. */
  private static Touches upcoming(int number) {
    return new Touches()
        .begin("sums")
        .add(BASE + number * Blocks.BYTES, Blocks.BYTES, AccessKind.READ);
  }

  @Test
  void whatComesBehindLaunchesThatTakeLongComes() {
    predictor.upcoming(List.of(upcoming(0), upcoming(1)));
    window.follow();
    window.slide();
    Piece there = piece(2, 9);
    pieces.arrive(there);
    Piece missing = piece(1);
    assertThat(bypass.better(missing, 0, 2)).as("nothing is known of launches").isTrue();

    long site = window.site(1);
    trials.took(
        new TimedLaunch(site, Blocks.BYTES, 0, List.of(), false, 0, 0, false, false), 0, 1_000_000);

    assertThat(new Backlog(window, Prices.H200, trials).exposed(missing, 0, 2, 0)).isZero();
    Bypass known =
        new Bypass(
            () -> true,
            victims,
            Prices.H200,
            new Backlog(window, Prices.H200, trials),
            piece -> true);
    assertThat(known.better(missing, 0, 2)).isFalse();
  }
}
