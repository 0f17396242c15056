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

  @Example
  void whatIsReadAndWrittenGoesBothWaysAndWhatIsNotKnownComes() {
    List<Piece> one = blocks(1);
    Crossings updated = new Crossings(List.of(one), (at, i) -> AccessKind.READ_WRITE);
    Crossings unknown = new Crossings(List.of(one), (at, i) -> AccessKind.UNKNOWN);
    assertThat(updated.nanos(0, one, _ -> true, PRICE))
        .isCloseTo(nanos(1, 1) * Blocks.BYTES * PRICE, within(1e-3));
    assertThat(updated.comes(0) && updated.goes(0)).isTrue();
    assertThat(unknown.nanos(0, one, _ -> true, PRICE)).isEqualTo(Blocks.BYTES * PRICE);
    assertThat(unknown.goes(0)).isFalse();
  }
}
