package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is known of a piece is known of its parts. */
class CutPiecesTest {

  private static final long BASE = 1L << 40;

  @Test
  void whatWasUsedSinceItCameStillWasWhenItIsCut() {
    Pieces pieces = new Pieces(8 * Blocks.BYTES, _ -> false);
    List<Piece> all = new ArrayList<>();
    pieces.cover(BASE, 8 * Blocks.BYTES, all);
    pieces.arrive(all.getFirst());
    all.getFirst().use(1, 1, AccessKind.READ);

    pieces.cutAt(new AddressRange(BASE + 2 * Blocks.BYTES, 2 * Blocks.BYTES));

    List<Piece> parts = Piece.current(all);
    assertThat(parts).hasSize(3);
    assertThat(pieces.residentBytes()).isEqualTo(8 * Blocks.BYTES);
    for (Piece part : parts) {
      assertThat(part.resident()).isTrue();
      assertThat(part.usedSince()).isTrue();
      assertThat(part.arrivals()).isEqualTo(1);
    }
  }
}
