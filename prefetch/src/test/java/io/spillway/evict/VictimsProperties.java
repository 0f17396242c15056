package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Compares with sorting all pieces, and with Belady's rule played by hand. */
final class VictimsProperties {

  private static final long BASE = 1L << 40;

  private static List<Piece> blocks(Pieces pieces, int count) {
    List<Piece> all = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      pieces.cover(BASE + i * Blocks.BYTES, Blocks.BYTES, all);
    }
    return all;
  }

  @Property(tries = 300)
  void theFarthestForItsPriceLeavesAndNoneThatIsNeededSooner(
      @ForAll @IntRange(min = 1, max = 40) int count, @ForAll long seed) {
    Random random = new Random(seed);
    Pieces pieces = new Pieces(Blocks.BYTES, range -> random.nextBoolean());
    List<Piece> all = blocks(pieces, count);
    long now = 100;
    for (Piece piece : all) {
      piece.expectUse(now + 1 + random.nextInt(50));
      if (random.nextBoolean()) {
        pieces.arrive(piece);
      }
    }
    long use = now + 1 + random.nextInt(50);
    Comparator<Piece> byValue =
        Comparator.comparingDouble(p -> (p.nextUse(now) - now) / Prices.H200.away(p));
    var best =
        all.stream().filter(p -> p.resident() && p.nextUse(now) > use).max(byValue).orElse(null);

    Piece chosen = new Victims(pieces, Prices.H200).choose(now, use, piece -> true);

    if (best == null) {
      assertThat(chosen).isNull();
    } else {
      assertThat(chosen).isNotNull();
      assertThat(byValue.compare(chosen, best)).isZero();
    }
  }

  @Property(tries = 300)
  void whoLeavesForWhatIsInPlaceGainsMost(
      @ForAll @IntRange(min = 1, max = 40) int count, @ForAll long seed) {
    Random random = new Random(seed);
    Pieces pieces = new Pieces(Blocks.BYTES, range -> random.nextBoolean());
    long now = 100;
    for (Piece piece : blocks(pieces, count)) {
      piece.expectUse(now + 1 + random.nextInt(50));
      pieces.arrive(piece);
    }
    Piece chosen = new Victims(pieces, Prices.H200).cheapestInPlace(now, 1, piece -> true);

    assertThat(chosen).isNotNull();
    for (Piece piece : pieces.resident()) {
      assertThat(gain(piece, now)).isLessThanOrEqualTo(gain(chosen, now));
    }
  }

  /** One access in place a launch is saved, and one write-back or drop paid. */
  private static double gain(Piece piece, long now) {
    Prices prices = Prices.H200;
    double leaves = piece.droppable() ? prices.drop() : prices.writeBack();
    return (piece.nextUse(now) - now) * prices.inPlace() - leaves;
  }

  @Property(tries = 300)
  void ofThosePassingThroughTheOneUsedFirstLeaves(
      @ForAll @IntRange(min = 1, max = 40) int count, @ForAll long seed) {
    Random random = new Random(seed);
    Pieces pieces = new Pieces(Blocks.BYTES, range -> true);
    List<Piece> all = blocks(pieces, count);
    long now = 100;
    for (Piece piece : all) {
      piece.use(now, random.nextInt(30), AccessKind.READ);
      piece.setStays(random.nextInt(4) == 0);
      piece.expectUse(now + 1 + random.nextInt(50));
      if (random.nextBoolean()) {
        pieces.arrive(piece);
      }
    }
    long use = now + 1 + random.nextInt(50);
    var first =
        all.stream()
            .filter(p -> p.resident() && !p.stays() && p.nextUse(now) > use)
            .mapToLong(Piece::lastSequence)
            .min();

    Piece oldest = new Victims(pieces, Prices.H200).oldest(now, use, p -> !p.stays());

    assertThat(oldest == null).isEqualTo(first.isEmpty());
    if (oldest != null) {
      assertThat(oldest.resident() && !oldest.stays() && oldest.nextUse(now) > use).isTrue();
      assertThat(oldest.lastSequence()).isEqualTo(first.getAsLong());
    }
  }

  @Property(tries = 200)
  void withEqualPricesItMissesAsOftenAsBelady(
      @ForAll @IntRange(min = 2, max = 8) int kinds,
      @ForAll @IntRange(min = 1, max = 5) int room,
      @ForAll long seed) {
    Random random = new Random(seed);
    int[] trace = random.ints(60, 0, kinds).toArray();
    Pieces pieces = new Pieces(Blocks.BYTES, range -> true);
    List<Piece> all = blocks(pieces, kinds);
    for (int i = 0; i < trace.length; i++) {
      all.get(trace[i]).expectUse(i + 1);
    }
    for (Piece piece : all) { // what is not used again is used after everything else
      piece.expectUse(1000);
    }
    Victims victims = new Victims(pieces, Prices.H200);
    int misses = 0;
    for (int i = 0; i < trace.length; i++) {
      Piece piece = all.get(trace[i]);
      piece.use(i + 1, i, AccessKind.READ);
      if (!piece.resident()) {
        misses++;
        if (pieces.residentBytes() == room * Blocks.BYTES) {
          Piece victim = victims.choose(i + 1, i + 1, candidate -> true);
          assertThat(victim).isNotNull();
          pieces.leave(victim);
        }
        pieces.arrive(piece);
      }
    }
    assertThat(misses).isEqualTo(belady(trace, room));
  }

  /** The fewest misses, by the rule alone. */
  private static int belady(int[] trace, int room) {
    List<Integer> here = new ArrayList<>();
    int misses = 0;
    for (int i = 0; i < trace.length; i++) {
      if (!here.contains(trace[i])) {
        misses++;
        if (here.size() == room) {
          int at = i;
          here.remove(
              here.stream().max(Comparator.comparingInt(k -> nextUse(trace, at, k))).orElseThrow());
        }
        here.add(trace[i]);
      }
    }
    return misses;
  }

  private static int nextUse(int[] trace, int at, int kind) {
    for (int i = at + 1; i < trace.length; i++) {
      if (trace[i] == kind) {
        return i;
      }
    }
    return trace.length;
  }
}
