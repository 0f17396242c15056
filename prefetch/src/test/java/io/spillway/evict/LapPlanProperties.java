package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What stays never exceeds the room, and is as much as can be where that is known. */
final class LapPlanProperties {

  private static final long BASE = 1L << 40;

  private static final LapPlan.InPlace NEVER = (piece, at) -> false;

  private static final LapPlan.InPlace DROPPED_TOO =
      new LapPlan.InPlace() {
        @Override
        public boolean allowed(Piece piece, int at) {
          return true;
        }

        @Override
        public boolean droppedToo(int at) {
          return true;
        }
      };

  private static List<Piece> blocks(int count) {
    return blocks(count, true);
  }

  private static List<Piece> blocks(int count, boolean droppable) {
    Pieces pieces = new Pieces(Blocks.BYTES, range -> droppable);
    List<Piece> all = new ArrayList<>();
    pieces.cover(BASE, count * Blocks.BYTES, all);
    return all;
  }

  @Property(tries = 200)
  void theRoomIsNeverExceededAtAnyTime(
      @ForAll @IntRange(min = 1, max = 30) int length,
      @ForAll @IntRange(min = 1, max = 12) int kinds,
      @ForAll @IntRange(min = 1, max = 12) int room,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Piece> all = blocks(kinds);
    List<List<Piece>> uses = new ArrayList<>();
    for (int at = 0; at < length; at++) {
      uses.add(all.stream().filter(piece -> random.nextInt(4) == 0).toList());
    }
    LapPlan plan = LapPlan.of(uses, room * Blocks.BYTES, 0, Prices.H200, NEVER);

    int most = uses.stream().mapToInt(List::size).max().orElse(0);
    int[] held = new int[length];
    for (int at = 0; at < length; at++) {
      held[at] += uses.get(at).size();
      for (int i = 0; i < uses.get(at).size(); i++) {
        if (plan.stays(at, i)) {
          Piece piece = uses.get(at).get(i);
          for (int later = 1; !uses.get((at + later) % length).contains(piece); later++) {
            held[(at + later) % length]++;
          }
        }
      }
    }
    assertThat(IntStream.of(held).max().orElse(0)).isLessThanOrEqualTo(Math.max(room, most));
  }

  @Property(tries = 100)
  void inALapOfEqualPiecesAllButThePassingOneStay(
      @ForAll @IntRange(min = 2, max = 100) int layers,
      @ForAll @IntRange(min = 1, max = 50) int room) {
    List<List<Piece>> uses = blocks(layers).stream().map(List::of).toList();

    LapPlan plan = LapPlan.of(uses, room * Blocks.BYTES, 0, Prices.H200, NEVER);

    long stay = IntStream.range(0, layers).filter(at -> plan.stays(at, 0)).count();
    assertThat(stay).isEqualTo(room >= layers ? layers : room - 1);
  }

  @Example
  void whatStaysIsSpreadOverTheLap() {
    List<List<Piece>> uses = blocks(64).stream().map(List::of).toList();
    LapPlan plan = LapPlan.of(uses, 17 * Blocks.BYTES, 0, Prices.H200, NEVER);
    for (int quarter = 0; quarter < 4; quarter++) {
      int from = quarter * 16;
      assertThat(IntStream.range(from, from + 16).filter(at -> plan.stays(at, 0)).count())
          .isEqualTo(4);
    }
  }

  @Property(tries = 50)
  void aroundATurnTheLatestStayAsInBeladysChoice(
      @ForAll @IntRange(min = 3, max = 20) int layers,
      @ForAll @IntRange(min = 2, max = 19) int room) {
    List<Piece> all = blocks(layers);
    List<List<Piece>> uses = new ArrayList<>();
    all.forEach(piece -> uses.add(List.of(piece)));
    all.reversed().forEach(piece -> uses.add(List.of(piece)));

    LapPlan plan = LapPlan.of(uses, room * Blocks.BYTES, 0, Prices.H200, NEVER);

    for (int layer = 0; layer < layers; layer++) {
      assertThat(plan.stays(layer, 0)).as("layer %d", layer).isEqualTo(layer >= layers - room);
    }
  }

  /** What a lap costs by price: uses in place, and for all others each time they go. */
  private static double cost(List<List<Piece>> uses, LapPlan plan) {
    double cost = 0;
    for (int at = 0; at < uses.size(); at++) {
      for (int i = 0; i < uses.get(at).size(); i++) {
        Piece piece = uses.get(at).get(i);
        if (plan.inPlace(piece)) {
          cost += Prices.H200.inPlace();
        } else if (!plan.stays(at, i)) {
          cost += Prices.H200.away(piece);
        }
      }
    }
    return cost;
  }

  /** Launches of which each uses a quarter of the pieces, about. */
  private static List<List<Piece>> someOf(List<Piece> all, int launches, long seed) {
    Random random = new Random(seed);
    List<List<Piece>> uses = new ArrayList<>();
    for (int at = 0; at < launches; at++) {
      uses.add(all.stream().filter(piece -> random.nextInt(4) == 0).toList());
    }
    return uses;
  }

  @Property(tries = 300)
  void whatIsLeftOnTheHostTakesNoRoomAndCostsLessThanMoving(
      @ForAll @IntRange(min = 1, max = 30) int length,
      @ForAll @IntRange(min = 1, max = 12) int kinds,
      @ForAll @IntRange(min = 1, max = 12) int room,
      @ForAll long seed) {
    List<Piece> all = blocks(kinds, false);
    List<List<Piece>> uses = someOf(all, length, seed);

    LapPlan moving = LapPlan.of(uses, room * Blocks.BYTES, 0, Prices.H200, NEVER);
    LapPlan plan = LapPlan.of(uses, room * Blocks.BYTES, 0, Prices.H200, (piece, at) -> true);

    assertThat(all).noneMatch(moving::inPlace);
    assertThat(cost(uses, plan)).isLessThanOrEqualTo(cost(uses, moving) + 1e-9);
    for (int at = 0; at < length; at++) {
      for (int i = 0; i < uses.get(at).size(); i++) {
        assertThat(plan.inPlace(uses.get(at).get(i)) && plan.stays(at, i)).isFalse();
      }
    }
  }

  @Property(tries = 100)
  void choicesLeaveLessAndLessOnTheHost(
      @ForAll @IntRange(min = 1, max = 30) int length,
      @ForAll @IntRange(min = 1, max = 12) int kinds,
      @ForAll @IntRange(min = 1, max = 12) int room,
      @ForAll long seed) {
    List<Piece> all = blocks(kinds, false);
    List<List<Piece>> uses = someOf(all, length, seed);
    long roomBytes = room * Blocks.BYTES;

    LapPlan one = LapPlan.of(uses, roomBytes, 0, Prices.H200, (piece, at) -> true);
    List<Integer> shares = List.of(8, 7, 6, 5, 4, 3, 2, 1, 0);
    List<LapPlan> choices =
        List.copyOf(
            LapPlan.choices(uses, roomBytes, 0, Prices.H200, (piece, at) -> true, shares).values());

    assertThat(all.stream().filter(choices.getFirst()::inPlace))
        .containsExactlyElementsOf(all.stream().filter(one::inPlace).toList());
    assertThat(all).noneMatch(choices.getLast()::inPlace);
    assertThat(choices).hasSizeLessThanOrEqualTo(9);
  }

  @Example
  void whatIsWrittenOnceALapAndDoesNotStayIsLeftOnTheHost() {
    List<Piece> written = blocks(10, false);
    List<List<Piece>> uses = written.stream().map(List::of).toList();

    LapPlan plan = LapPlan.of(uses, 4 * Blocks.BYTES, 0, Prices.H200, (piece, at) -> true);

    assertThat(written.stream().filter(plan::inPlace)).hasSize(6);
    for (int at = 0; at < 10; at++) {
      assertThat(plan.stays(at, 0)).isNotEqualTo(plan.inPlace(written.get(at)));
    }
  }

  @Example
  void whatCanBeDroppedMoves() {
    List<List<Piece>> uses = blocks(10, true).stream().map(List::of).toList();

    LapPlan plan = LapPlan.of(uses, 4 * Blocks.BYTES, 0, Prices.H200, (piece, at) -> true);

    assertThat(uses.stream().map(List::getFirst)).noneMatch(plan::inPlace);
  }

  /** What can be dropped costs no more to move than to read once in place, twice it does. */
  @Example
  void whatCanBeDroppedIsReadInPlaceWhereThatIsAllowedAndNotMoreLinkThanMoving() {
    List<Piece> dropped = blocks(10, true);
    List<List<Piece>> once = dropped.stream().map(List::of).toList();
    LapPlan plan = LapPlan.of(once, 4 * Blocks.BYTES, 0, Prices.H200, DROPPED_TOO);
    assertThat(dropped.stream().filter(plan::inPlace)).hasSize(6);

    List<List<Piece>> turning = new ArrayList<>(once);
    turning.addAll(once.reversed());
    LapPlan moving = LapPlan.of(turning, 4 * Blocks.BYTES, 0, Prices.H200, NEVER);
    plan = LapPlan.of(turning, 4 * Blocks.BYTES, 0, Prices.H200, DROPPED_TOO);
    for (int layer = 0; layer < 10; layer++) {
      boolean staysOnce = moving.stays(layer, 0) || moving.stays(19 - layer, 0);
      assertThat(plan.inPlace(dropped.get(layer))).as("layer %d", layer).isEqualTo(!staysOnce);
    }
  }

  /** Whoever decides anew in the middle of a lap should not have everything change places. */
  @Property(tries = 100)
  void ofEqualPiecesThoseThatStayedStayWhereverTheLapBegins(
      @ForAll @IntRange(min = 2, max = 40) int layers,
      @ForAll @IntRange(min = 1, max = 39) int room,
      @ForAll @IntRange(min = 0, max = 39) int turn) {
    List<Piece> all = blocks(layers);
    List<List<Piece>> uses = new ArrayList<>();
    all.forEach(piece -> uses.add(List.of(piece)));
    LapPlan plan = LapPlan.of(uses, room * Blocks.BYTES, 0, Prices.H200, NEVER);
    for (int at = 0; at < layers; at++) {
      all.get(at).setStays(plan.stays(at, 0));
    }

    int first = turn % layers;
    Collections.rotate(uses, -first);
    LapPlan anew = LapPlan.of(uses, room * Blocks.BYTES, 0, Prices.H200, NEVER);

    for (int at = 0; at < layers; at++) {
      assertThat(anew.stays(at, 0)).isEqualTo(uses.get(at).getFirst().stays());
    }
  }

  @Example
  void oneLaunchThatMayNotKeepsAPieceMoving() {
    List<Piece> written = blocks(10, false);
    List<List<Piece>> uses = new ArrayList<>();
    written.forEach(piece -> uses.add(List.of(piece)));
    written.forEach(piece -> uses.add(List.of(piece)));

    LapPlan plan = LapPlan.of(uses, Blocks.BYTES, 0, Prices.H200, (piece, at) -> at != 13);

    assertThat(plan.inPlace(written.get(2))).isTrue();
    assertThat(plan.inPlace(written.get(3))).isFalse();
  }

  /** Two vectors are added up into a third, and a third of it all stays. */
  @Example
  void whatGoesTheWayThatIsTheLongerOneStays() {
    List<Piece> all = blocks(96, false);
    List<List<Piece>> uses = new ArrayList<>();
    for (int part = 0; part < 4; part++) {
      uses.add(all.subList(24 * part, 24 * part + 24));
    }
    Crossings crossings =
        new Crossings(uses, (at, i) -> i < 16 ? AccessKind.READ : AccessKind.WRITE);
    LapPlan plan = LapPlan.of(uses, 32 * Blocks.BYTES, 0, Prices.H200, bothWays(crossings));

    double nanos = 0;
    for (int part = 0; part < 4; part++) {
      nanos += crossings.nanos(part, uses.get(part), plan::inPlace, 1);
    }
    Crossings even = new Crossings(uses, (at, i) -> i < 8 ? AccessKind.READ : AccessKind.WRITE);
    double least = 4 * even.nanos(0, uses.getFirst().subList(0, 16), _ -> true, 1);
    assertThat(nanos).isBetween(least, 1.05 * least);
  }

  private static LapPlan.InPlace bothWays(Crossings crossings) {
    return new LapPlan.InPlace() {
      @Override
      public boolean allowed(Piece piece, int at) {
        return true;
      }

      @Override
      public Crossings crossings(List<List<Piece>> uses) {
        return crossings;
      }
    };
  }

  @Property(tries = 200)
  void theLoadTreeAgreesWithAnArray(
      @ForAll @IntRange(min = 1, max = 40) int length, @ForAll long seed) {
    Random random = new Random(seed);
    long[] naive = random.longs(length, 0, 100).toArray();
    LoadTree tree = new LoadTree(naive.clone());
    for (int i = 0; i < 50; i++) {
      int from = random.nextInt(length + 1);
      int to = from + random.nextInt(length - from + 1);
      assertThat(tree.most(from, to))
          .isEqualTo(IntStream.range(from, to).mapToLong(k -> naive[k]).max().orElse(0));
      int added = random.nextInt(100);
      tree.add(from, to, added);
      IntStream.range(from, to).forEach(k -> naive[k] += added);
    }
  }
}
