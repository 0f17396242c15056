package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import org.junit.jupiter.api.Test;

/** In what pieces data is moved. */
final class MoveSizingTest {

  @Test
  void piecesAreASixteenthOfTheBudgetAtMost() {
    MoveSizing sizing = MoveSizing.STANDARD;
    assertThat(sizing.within(4 * ByteSize.GIB)).isEqualTo(sizing);
    assertThat(sizing.within(ByteSize.GIB).pieceBytes()).isEqualTo(64 * ByteSize.MIB);
    assertThat(sizing.within(0).pieceBytes()).isEqualTo(Blocks.BYTES);
  }

  @Test
  void theLastPieceNeedsNoRoomOfItsOwn() {
    assertThat(new MoveSizing(Blocks.BYTES, 1).roomBytes()).isEqualTo(Blocks.BYTES);
    assertThat(new MoveSizing(Blocks.BYTES, 4).roomBytes()).isEqualTo(3 * Blocks.BYTES);
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatThrownBy(() -> new MoveSizing(ByteSize.MIB, 2))
        .hasMessage("pieces of 1048576 bytes: must be a positive multiple of 2097152 (one block)");
    assertThatThrownBy(() -> new MoveSizing(Blocks.BYTES, 31))
        .hasMessage("31 pieces in flight: must be from 1 to 30");
    assertThatThrownBy(() -> new MoveSizing(Blocks.BYTES, 0))
        .hasMessage("0 pieces in flight: must be from 1 to 30");
  }
}
