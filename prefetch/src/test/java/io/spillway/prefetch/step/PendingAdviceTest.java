package io.spillway.prefetch.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What ends being accessed in place, and when. */
final class PendingAdviceTest {

  private static final long BASE = 1L << 40;
  private static final long BYTES = 2 * Blocks.BYTES;
  private static final long SEQUENCE = 7;

  private final Pieces pieces = new Pieces(BYTES, range -> false);
  private final PendingAdvice advice = new PendingAdvice();
  private Piece piece;

  @BeforeEach
  void aPieceIsInPlace() {
    List<Piece> covered = new ArrayList<>();
    pieces.cover(BASE, BYTES, covered);
    piece = covered.getFirst();
    piece.setSuitsInPlace(true);
    advice.place(piece);
    assertThat(advice.next().placing()).containsExactly(piece);
    piece.setSuitsInPlace(false);
  }

  @Test
  void launchesToComeLackItAtOnceAndTheDriverIsTold() {
    advice.unplace(piece);

    assertThat(piece.lacking()).isTrue();
    assertThat(advice.pending()).isTrue();
    assertThat(advice.next().unplacing()).containsExactly(piece);
    assertThat(piece.placed()).isFalse();
    assertThat(advice.next()).isNull();
  }

  @Test
  void whatALaunchGoesAheadWithStaysInPlaceUntilThatIsIssued() {
    piece.relyOn(SEQUENCE);
    advice.unplace(piece);

    assertThat(advice.pending()).as("to be said now").isFalse();
    assertThat(advice.next()).isNull();
    assertThat(piece.placed()).isTrue();

    piece.relyNoLonger();
    assertThat(advice.pending()).isTrue();
    Step ending = advice.next();
    assertThat(ending.unplacing()).containsExactly(piece);
    assertThat(ending.inPlaceUpTo()).as("which has to have run").isEqualTo(SEQUENCE);
  }

  @Test
  void soDoesEachPartOfWhatIsCutMeanwhile() {
    piece.relyOn(SEQUENCE);
    advice.unplace(piece);
    List<Piece> halves = new ArrayList<>();
    pieces.cover(BASE, BYTES / 2, halves);
    pieces.cover(BASE + BYTES / 2, BYTES / 2, halves);
    halves.getFirst().relyNoLonger();

    assertThat(advice.next().unplacing()).containsExactly(halves.getFirst());
    halves.getLast().relyNoLonger();
    assertThat(advice.next().unplacing()).containsExactly(halves.getLast());
  }

  @Test
  void aStepThatBringsItTellsTheDriverOnlyWhatThatHasHeard() {
    assertThat(advice.endsByStep(piece)).as("told before that it is in place").isTrue();
    assertThat(piece.placed()).isFalse();
    assertThat(advice.endsByStep(piece)).as("not in place").isFalse();

    advice.placeAhead(piece);
    assertThat(advice.endsByStep(piece)).as("not told yet").isFalse();
    assertThat(piece.placed()).isFalse();
    assertThat(advice.next()).as("nor told later").isNull();
  }

  @Test
  void whatIsBetterInPlaceAfterAllStaysSo() {
    piece.relyOn(SEQUENCE);
    advice.unplace(piece);
    assertThat(advice.next()).isNull();

    piece.setSuitsInPlace(true);
    advice.place(piece);
    piece.relyNoLonger();

    assertThat(advice.next()).isNull();
    assertThat(piece.inPlace()).isTrue();
  }

  @Test
  void whatTheDriverWasNotToldNeedNotBeTakenBack() {
    advice.unplace(piece);
    assertThat(advice.next()).isNotNull();
    advice.place(piece);
    advice.unplace(piece);

    assertThat(advice.next()).isNull();
    assertThat(piece.placed()).isFalse();
  }
}
