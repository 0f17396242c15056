package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.spillway.access.AccessKind;
import io.spillway.range.Blocks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What is in place hides behind its launches, as well as the room allows. */
final class StayChoiceProperties {

  private static final long BASE = 1L << 40;

  /** What a block takes over the link. */
  private static final double IN_PLACE = Blocks.BYTES * Prices.H200.inPlace();

  private static List<Piece> blocks(int count) {
    Pieces pieces = new Pieces(Blocks.BYTES, range -> false);
    List<Piece> all = new ArrayList<>();
    pieces.cover(BASE, count * Blocks.BYTES, all);
    return all;
  }

  private static LapPlan.InPlace computing(double[] nanos) {
    return new LapPlan.InPlace() {
      @Override
      public boolean allowed(Piece piece, int at) {
        return true;
      }

      @Override
      public double residentNanos(int at) {
        return nanos[at];
      }
    };
  }

  private static LapPlan plan(
      List<List<Piece>> uses, List<Piece> all, int room, LapPlan.InPlace allowed) {
    return LapPlan.withOnHost(
        uses, room * Blocks.BYTES, 0, Prices.H200, allowed, new HashSet<>(all));
  }

  /** What the launches take longer than with all their data on the device. */
  private static double exposed(List<List<Piece>> uses, double[] nanos, Set<Piece> inPlace) {
    Crossings crossings = new Crossings(uses, (_, _) -> AccessKind.READ);
    double exposed = 0;
    for (int at = 0; at < uses.size(); at++) {
      double takes = crossings.nanos(at, uses.get(at), inPlace::contains, Prices.H200.inPlace());
      exposed += Math.max(0, takes - nanos[at]);
    }
    return exposed;
  }

  private static Set<Piece> inPlace(List<Piece> all, LapPlan plan) {
    Set<Piece> inPlace = new HashSet<>(all);
    inPlace.removeIf(piece -> !plan.inPlace(piece));
    return inPlace;
  }

  /** Where no two launches use the same, taking what saves most leaves the least. */
  @Property(tries = 300)
  void ofWhatOneLaunchUsesTheLeastIsExposed(
      @ForAll @IntRange(min = 1, max = 6) int launches,
      @ForAll @IntRange(min = 0, max = 30) int room,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Piece> all = blocks(5 * launches);
    List<List<Piece>> uses = new ArrayList<>();
    double[] nanos = new double[launches];
    int[] hidden = new int[launches];
    for (int at = 0; at < launches; at++) {
      uses.add(all.subList(5 * at, 5 * at + 5));
      hidden[at] = random.nextInt(6);
      nanos[at] = hidden[at] * IN_PLACE;
    }

    LapPlan plan = plan(uses, all, room, computing(nanos));

    int hides = IntStream.of(hidden).map(most -> Math.min(most, 5)).sum();
    int tooMany = Math.max(0, all.size() - room - hides);
    assertThat(inPlace(all, plan)).hasSize(Math.max(0, all.size() - room));
    assertThat(exposed(uses, nanos, inPlace(all, plan)))
        .isBetween(tooMany * IN_PLACE - 1, tooMany * IN_PLACE + 1);
  }

  /** Where launches share what they use, the choice is near the best of all choices. */
  @Property(tries = 200)
  void whatIsSharedIsExposedLittleMoreThanHasToBe(
      @ForAll @IntRange(min = 2, max = 6) int launches,
      @ForAll @IntRange(min = 1, max = 8) int room,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Piece> all = blocks(9);
    List<List<Piece>> uses = new ArrayList<>();
    double[] nanos = new double[launches];
    for (int at = 0; at < launches; at++) {
      uses.add(all.stream().filter(_ -> random.nextInt(3) == 0).toList());
      nanos[at] = random.nextInt(3) * IN_PLACE;
    }

    LapPlan plan = plan(uses, all, room, computing(nanos));

    double best = Double.POSITIVE_INFINITY;
    for (int set = 0; set < 1 << all.size(); set++) {
      if (Integer.bitCount(set) <= room) {
        Set<Piece> left = new HashSet<>();
        for (int i = 0; i < all.size(); i++) {
          if ((set >> i & 1) == 0) {
            left.add(all.get(i));
          }
        }
        best = Math.min(best, exposed(uses, nanos, left));
      }
    }
    assertThat(exposed(uses, nanos, inPlace(all, plan))).isBetween(best, best + 3 * IN_PLACE + 1);
  }

  @Property(tries = 200)
  void asMuchAsThereIsRoomForStays(
      @ForAll @IntRange(min = 1, max = 12) int launches,
      @ForAll @IntRange(min = 1, max = 12) int room,
      @ForAll long seed) {
    Random random = new Random(seed);
    List<Piece> all = blocks(12);
    List<List<Piece>> uses = new ArrayList<>();
    for (int at = 0; at < launches; at++) {
      uses.add(all.stream().filter(_ -> random.nextInt(3) == 0).toList());
    }

    Set<Piece> used = new HashSet<>();
    uses.forEach(used::addAll);

    LapPlan plan = plan(uses, List.copyOf(used), room, computing(new double[launches]));

    assertThat(inPlace(List.copyOf(used), plan)).hasSize(Math.max(0, used.size() - room));
  }

  /** Kernels go over their data in order, and find some of both wherever they are. */
  @Example
  void whatIsOnTheDeviceAlternatesWithWhatIsInPlace() {
    List<Piece> all = blocks(32);
    List<List<Piece>> uses = List.of(all.subList(0, 16), all.subList(16, 32));
    LapPlan plan = plan(uses, all, 16, computing(new double[] {8 * IN_PLACE, 8 * IN_PLACE}));

    for (int i = 0; i < 32; i += 2) {
      assertThat(plan.inPlace(all.get(i))).isNotEqualTo(plan.inPlace(all.get(i + 1)));
    }
  }

  /** The same wherever the lap begins, so that nothing is told to the device twice. */
  @Property(tries = 50)
  void theSameIsInPlaceWhereverTheLapBegins(
      @ForAll @IntRange(min = 1, max = 39) int room, @ForAll @IntRange(min = 0, max = 9) int turn) {
    List<Piece> all = blocks(40);
    List<List<Piece>> uses = new ArrayList<>();
    for (int at = 0; at < 10; at++) {
      uses.add(all.subList(4 * at, 4 * at + 4));
    }
    LapPlan plan = plan(uses, all, room, computing(new double[10]));
    List<List<Piece>> turned = new ArrayList<>(uses.subList(turn, 10));
    turned.addAll(uses.subList(0, turn));

    LapPlan anew = plan(turned, all, room, computing(new double[10]));

    assertThat(inPlace(all, anew)).isEqualTo(inPlace(all, plan));
  }

  /**
   * Reads and writes at once, so that each that is taken changes what all others save: twice as
   * many take about twice as long, not four times.
   */
  @Example
  void manyStripesOfOneLaunchAreChosenFromInTime() {
    List<Piece> all = blocks(16_000);
    List<List<Piece>> uses = List.of(all, all);
    Crossings crossings =
        new Crossings(uses, (at, i) -> i % 2 == 0 ? AccessKind.READ : AccessKind.WRITE);
    LapPlan.InPlace allowed =
        new LapPlan.InPlace() {
          @Override
          public boolean allowed(Piece piece, int at) {
            return true;
          }

          @Override
          public Crossings crossings(List<List<Piece>> of) {
            return crossings;
          }
        };

    LapPlan plan =
        assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> plan(uses, all, 10_000, allowed)); // 17 s if squared

    assertThat(inPlace(all, plan)).hasSize(6_000);
  }

  @Example
  void aPlanOfStripesIsOneOfWholePiecesUnlessTheyDiffer() {
    List<Piece> all = new ArrayList<>();
    new Pieces(4 * Blocks.BYTES, range -> false).cover(BASE, 16 * Blocks.BYTES, all);
    List<List<Piece>> uses = List.of(all.subList(0, 2), all.subList(2, 4));
    List<List<Piece>> stripes = new ArrayList<>();
    for (List<Piece> used : uses) {
      stripes.add(used.stream().flatMap(piece -> piece.stripes(Blocks.BYTES).stream()).toList());
    }
    Set<Piece> onHost = new HashSet<>();
    stripes.forEach(onHost::addAll);
    LapPlan.InPlace always = computing(new double[2]);
    LapPlan none = LapPlan.withOnHost(stripes, 16 * Blocks.BYTES, 0, Prices.H200, always, onHost);
    LapPlan half = LapPlan.withOnHost(stripes, 8 * Blocks.BYTES, 0, Prices.H200, always, onHost);
    LapPlan every = LapPlan.withOnHost(stripes, 0, 0, Prices.H200, always, onHost);

    assertThat(half.ofWhole(stripes, uses)).isNull();
    assertThat(none.ofWhole(stripes, uses))
        .satisfies(
            plan -> {
              assertThat(all).noneMatch(plan::inPlace);
              assertThat(plan.stays(0, 0) && plan.stays(0, 1) && plan.stays(1, 1)).isTrue();
            });
    assertThat(every.ofWhole(stripes, uses))
        .satisfies(
            plan -> {
              assertThat(all).allMatch(plan::inPlace);
              assertThat(plan.stays(0, 0) || plan.stays(1, 1)).isFalse();
            });
  }
}
