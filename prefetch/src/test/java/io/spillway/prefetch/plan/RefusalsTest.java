package io.spillway.prefetch.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

final class RefusalsTest {

  private final Refusals refusals = new Refusals();
  private final Pieces account = new Pieces(Blocks.BYTES, range -> false);
  private final List<Piece> pieces = new ArrayList<>();

  @BeforeEach
  void some() {
    account.cover(1L << 40, 2 * Blocks.BYTES, pieces);
    pieces.forEach(account::arrive);
  }

  @Test
  void whileThereIsRoomTheDriverIsNotAskedForAWhile() {
    refusals.add(pieces, 10);
    for (int now = 10; now < 10 + Refusals.MOST_LAUNCHES; now++) {
      refusals.fits();
      assertThat(refusals.any(now)).isTrue();
      assertThat(pieces).allMatch(piece -> piece.stuck(10));
    }
    assertThat(refusals.any(10 + Refusals.MOST_LAUNCHES)).isFalse();
  }

  @Test
  void whereMoreIsThereThanMayBeItIsAskedWithTheNextLaunchAndThenMoreAndMoreSeldom() {
    List<Integer> asked = new ArrayList<>();
    refusals.add(pieces, 10);
    for (int now = 11; now < 400; now++) {
      refusals.exceeds(now);
      if (!pieces.getFirst().stuck(now)) {
        asked.add(now);
        refusals.add(pieces, now); // it would not once more
      }
    }
    assertThat(asked).startsWith(11, 13, 17, 25, 41, 73, 105, 137, 169);
  }

  @Test
  void onceThereWasRoomItIsAskedWithTheNextLaunchAgain() {
    askMoreAndMoreSeldom();
    refusals.settled();
    refusals.fits();
    refusals.add(pieces, 18);

    refusals.exceeds(19);

    assertThat(refusals.any(19)).isFalse();
  }

  private void askMoreAndMoreSeldom() {
    for (int now : new int[] {11, 13, 17}) {
      refusals.add(pieces, now - 1);
      refusals.exceeds(now);
    }
  }

  @Test
  void onceTheDriverLetsSomeGoItIsAskedAboutTheRestWithTheNextLaunch() {
    askMoreAndMoreSeldom();
    account.leave(pieces.getFirst());
    refusals.add(pieces.subList(1, 2), 17);

    assertThat(refusals.settled()).isTrue();

    refusals.exceeds(18);
    assertThat(refusals.any(18)).isFalse();
    assertThat(refusals.settled()).as("it would not once more").isFalse();
  }

  /** What is on its way out is not in the account, and may still be refused. */
  @Test
  void thatItIsAskedIsNotThatThereIsRoom() {
    askMoreAndMoreSeldom();
    pieces.forEach(account::leave);
    refusals.fits();
    pieces.forEach(account::stay);
    refusals.add(pieces, 17);

    refusals.exceeds(18);

    assertThat(refusals.any(18)).isTrue();
    assertThat(refusals.settled()).isFalse();
  }

  @Test
  void onlyWhatWasRefusedIsNotAskedFor() {
    refusals.add(pieces.subList(0, 1), 10);

    assertThat(pieces.get(0).stuck(10)).isTrue();
    assertThat(pieces.get(1).stuck(10)).isFalse();
    refusals.askAgain(10);
    assertThat(pieces.get(0).stuck(10)).isFalse();
  }
}
