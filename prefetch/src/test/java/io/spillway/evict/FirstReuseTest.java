package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What is known of memory that was only just filled. */
final class FirstReuseTest {

  private static final long MAKER = 1;
  private static final long READER = 2;

  private final Pieces pieces = new Pieces(Blocks.BYTES, range -> false);
  private final FirstReuse reuse = new FirstReuse();
  private long addresses;

  private Piece piece() {
    List<Piece> made = new ArrayList<>();
    pieces.cover(++addresses << 40, Blocks.BYTES, made);
    return made.getFirst();
  }

  private void use(Piece piece, long site, long position, AccessKind kind) {
    reuse.used(piece, site, position, kind);
    piece.use(position, position, kind);
  }

  @Test
  void whatASiteMakesIsExpectedWhenWhatItMadeBeforeWasUsed() {
    Piece before = piece();
    use(before, MAKER, 100, AccessKind.WRITE);
    use(before, READER, 103, AccessKind.READ);
    Piece made = piece();

    use(made, MAKER, 200, AccessKind.WRITE);

    assertThat(made.nextUse(200)).isEqualTo(203);
  }

  @Test
  void ofWhatIsMadeAndNeverUsedNothingIsExpectedSoon() {
    use(piece(), MAKER, 100, AccessKind.WRITE);
    Piece made = piece();

    use(made, MAKER, 200, AccessKind.WRITE);

    assertThat(made.nextUse(200)).isEqualTo(400);
  }

  @Test
  void ofWhatItIsTheFirstToReadNothingIsKnown() {
    Piece before = piece();
    use(before, MAKER, 100, AccessKind.WRITE);
    use(before, READER, 103, AccessKind.READ);
    Piece read = piece();

    use(read, MAKER, 200, AccessKind.READ);

    assertThat(read.nextUse(200)).isEqualTo(400);
  }

  @Test
  void whatIsReadFirstSaysNothingOfWhatIsMade() {
    Piece read = piece();
    use(read, MAKER, 100, AccessKind.READ);
    use(read, MAKER, 101, AccessKind.READ);
    Piece made = piece();

    use(made, MAKER, 200, AccessKind.WRITE);

    assertThat(made.nextUse(200)).isEqualTo(400);
  }
}
