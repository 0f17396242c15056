package io.spillway.prefetch.step;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is known of pieces after the driver was told of them. */
final class StepTest {

  private final Pieces all = new Pieces(Blocks.BYTES, range -> true);
  private final Piece made = piece(1L << 40);
  private final Piece takenBack = piece(1L << 41);
  private final Piece placed = piece(1L << 42);
  private final Step step =
      new Step(
          List.of(),
          List.of(),
          List.of(made),
          List.of(takenBack),
          List.of(placed),
          List.of(),
          0,
          false);

  StepTest() {
    takenBack.adviseReadMostly();
    placed.setSuitsInPlace(true);
    placed.setPlaced(true);
  }

  private Piece piece(long address) {
    List<Piece> pieces = new ArrayList<>();
    all.cover(address, Blocks.BYTES, pieces);
    return pieces.getFirst();
  }

  @Test
  void whatTheDriverTookIsSo() {
    step.advised(true);
    assertThat(made.advised()).isTrue();
    assertThat(takenBack.advised()).isFalse();
    assertThat(placed.missing()).isFalse();
  }

  @Test
  void whatItRefusedAPartOfMayBeReadMostly() {
    step.advised(false);
    assertThat(made.advised()).isTrue();
    assertThat(takenBack.advised()).isTrue();
  }

  @Test
  void whatItRefusedIsNotThereToBeAccessedInPlace() {
    step.advised(false);
    assertThat(placed.missing()).isTrue();
  }
}
