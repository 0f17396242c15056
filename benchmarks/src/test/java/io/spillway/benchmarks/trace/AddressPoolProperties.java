package io.spillway.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Live pieces never overlap, and freed room is used again. */
final class AddressPoolProperties {

  private static final long LARGE = 2 << 20;

  private record Piece(long start, long bytes) {
    boolean overlaps(Piece other) {
      return start < other.start + other.bytes && other.start < start + bytes;
    }
  }

  @Property(tries = 300)
  void livePiecesDoNotOverlap(
      @ForAll @Size(max = 60) List<@IntRange(min = -30, max = 30) Integer> steps) {
    AddressPool pool = new AddressPool();
    List<Piece> live = new ArrayList<>();
    for (int step : steps) {
      if (step <= 0 && !live.isEmpty()) {
        Piece piece = live.remove(-step % live.size());
        pool.give(piece.start, piece.bytes);
      } else {
        long bytes = step % 2 == 0 ? (step + 1) * LARGE / 3 : Math.max(1, step) * 4096L;
        Piece piece = new Piece(pool.take(Math.abs(bytes) + 1), Math.abs(bytes) + 1);
        assertThat(piece.start % (piece.bytes >= LARGE ? LARGE : 4096)).isZero();
        assertThat(live).noneMatch(piece::overlaps);
        assertThat(piece.start + piece.bytes).isLessThanOrEqualTo(pool.bytes());
        live.add(piece);
      }
    }
  }

  @Example
  void neighboursJoinWhenFreed() {
    AddressPool pool = new AddressPool();
    long first = pool.take(3 * LARGE);
    long second = pool.take(5 * LARGE);
    long third = pool.take(LARGE);
    assertThat(List.of(first, second, third)).containsExactly(0L, 3 * LARGE, 8 * LARGE);
    pool.give(second, 5 * LARGE);
    pool.give(first, 3 * LARGE);
    assertThat(pool.take(8 * LARGE)).isZero();
    assertThat(pool.bytes()).isEqualTo(9 * LARGE);
  }
}
