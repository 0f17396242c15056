package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.spillway.access.AccessKind;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What goes both ways at once takes hardly longer than what goes one way. */
final class CrossingsProperties {

  private static final double PRICE = 0.5;

  /** One launch that reads and writes so many blocks. */
  private static double nanos(int reads, int writes) {
    List<Piece> used = blocks(reads + writes);
    Crossings crossings =
        new Crossings(List.of(used), (at, i) -> i < reads ? AccessKind.READ : AccessKind.WRITE);
    return crossings.nanos(0, used, _ -> true, PRICE) / (Blocks.BYTES * PRICE);
  }

  private static List<Piece> blocks(int count) {
    List<Piece> all = new ArrayList<>();
    if (count > 0) {
      new Pieces(Blocks.BYTES, _ -> false).cover(1L << 40, count * Blocks.BYTES, all);
    }
    return all;
  }

  /** Milliseconds of the H200 for 512 MiB each, of those for 512 MiB read: zerocopy.duplex. */
  @Example
  void asWasMeasured() {
    assertThat(nanos(1, 1)).isCloseTo(12.98 / 10.50, within(0.01));
    assertThat(nanos(2, 1)).isCloseTo(22.26 / 10.50, within(0.01));
    assertThat(nanos(2, 0)).isCloseTo(21.07 / 10.50, within(0.01));
  }

  @Property
  void isBetweenTheLongerAndBothOneAfterTheOther(
      @ForAll @IntRange(max = 40) int reads, @ForAll @IntRange(max = 40) int writes) {
    assertThat(nanos(reads, writes))
        .isBetween((double) Math.max(reads, writes), (double) (reads + writes))
        .isCloseTo(nanos(writes, reads), within(1e-9));
  }

  @Property
  void moreNeverTakesLess(
      @ForAll @IntRange(max = 40) int reads, @ForAll @IntRange(max = 40) int writes) {
    assertThat(nanos(reads + 1, writes)).isGreaterThanOrEqualTo(nanos(reads, writes));
  }

  /** What a piece counts is what the launch would take less without it, but for its size. */
  @Property(tries = 100)
  void whatOneCountsIsWhatGoesWithIt(
      @ForAll @IntRange(min = 1, max = 40) int reads,
      @ForAll @IntRange(min = 0, max = 40) int writes) {
    List<Piece> used = blocks(100 * (reads + writes));
    Crossings crossings =
        new Crossings(
            List.of(used), (at, i) -> i < 100 * reads ? AccessKind.READ : AccessKind.WRITE);
    double counts = crossings.counts(0, crossings.bytes(0, used, _ -> true));
    double less =
        crossings.nanos(0, used, _ -> true, 1)
            - crossings.nanos(0, used, piece -> piece != used.getFirst(), 1);
    if (reads == writes) { // between what one less saves and one more costs
      assertThat(counts).isBetween(less / Blocks.BYTES - 0.01, 1.0);
    } else {
      assertThat(counts).isCloseTo(less / Blocks.BYTES, within(0.01));
    }
  }

  @Example
  void whatIsReadAndWrittenGoesBothWaysAndWhatIsNotKnownComes() {
    List<Piece> one = blocks(1);
    Crossings updated = new Crossings(List.of(one), (at, i) -> AccessKind.READ_WRITE);
    Crossings unknown = new Crossings(List.of(one), (at, i) -> AccessKind.UNKNOWN);
    assertThat(updated.nanos(0, one, _ -> true, PRICE))
        .isCloseTo(nanos(1, 1) * Blocks.BYTES * PRICE, within(1e-3));
    assertThat(updated.goBothWays()).isTrue();
    assertThat(unknown.nanos(0, one, _ -> true, PRICE)).isEqualTo(Blocks.BYTES * PRICE);
    assertThat(unknown.goBothWays()).isFalse();
  }
}
