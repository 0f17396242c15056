package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.range.Blocks;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Compares what a piece tells of its expected uses with a list of them. */
final class PieceUsesProperties {

  private static Piece expecting(Iterable<Integer> uses) {
    Piece piece = new Piece(1L << 40, Blocks.BYTES);
    for (int use : uses) {
      piece.expectUse(use);
      piece.expectUse(use); // a launch may touch a block by two ranges
    }
    return piece;
  }

  @Property(tries = 300)
  void usesBetweenTwoPositionsAreCountedOnce(
      @ForAll @Size(max = 20) Set<@IntRange(min = 1, max = 60) Integer> uses,
      @ForAll @IntRange(max = 60) int after,
      @ForAll @IntRange(max = 60) int before) {
    Piece piece = expecting(new TreeSet<>(uses));

    assertThat((long) piece.usesBetween(after, before))
        .isEqualTo(uses.stream().filter(use -> use > after && use < before).count());
  }

  @Property(tries = 300)
  void closeUsesAndThoseThatAreApartAreSteppedThrough(
      @ForAll @Size(max = 20) Set<@IntRange(min = 1, max = 60) Integer> uses,
      @ForAll @IntRange(max = 60) int from,
      @ForAll @IntRange(min = 1, max = 20) int step) {
    List<Integer> later = new TreeSet<>(uses).tailSet(from + 1).stream().toList();
    Piece piece = expecting(new TreeSet<>(uses));

    int close = 0;
    while (close < later.size() && later.get(close) - before(later, close, from) <= step) {
      close++;
    }
    int apart = 0;
    while (apart < later.size() && later.get(apart) - before(later, apart, from) > step) {
      apart++;
    }

    assertThat(piece.usedUntil(from, step)).isEqualTo(before(later, close, from));
    assertThat(piece.usesApart(from, step)).isEqualTo(apart);
  }

  @Property(tries = 300)
  void whatFollowsAUseIsTheNextThatIsExpected(
      @ForAll @Size(max = 20) Set<@IntRange(min = 1, max = 60) Integer> uses,
      @ForAll @IntRange(max = 60) int use) {
    Integer next = new TreeSet<>(uses).higher(use);

    assertThat(expecting(new TreeSet<>(uses)).nextUseAfter(use))
        .isEqualTo(next == null ? Piece.NEVER : next);
  }

  @Property(tries = 100)
  void orIsAsFarAwayAsUsesHaveBeen(
      @ForAll @IntRange(min = 1, max = 50) int gap, @ForAll @IntRange(min = 2, max = 20) int used) {
    Piece piece = new Piece(1L << 40, Blocks.BYTES);
    for (int i = 1; i <= used; i++) {
      piece.use((long) i * gap, i, AccessKind.READ);
    }
    long use = (used + 1L) * gap;
    piece.expectUse(use);

    assertThat(piece.nextUseAfter(use)).isEqualTo(use + gap);
  }

  private static int before(List<Integer> uses, int index, int first) {
    return index == 0 ? first : uses.get(index - 1);
  }
}
