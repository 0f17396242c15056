package io.spillway.prefetch.launch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.predict.Predictor;
import io.spillway.predict.ScheduleFollower;
import io.spillway.predict.Touches;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What pieces were told, step by step, against what they would be told if all was told anew. */
final class WindowProperties {

  private static final long BASE = 1L << 40;

  /** Launches in a row of one try: several laps. */
  private static final int STEPS = 160;

  private static final int NAMED = 8;

  /** Pieces that launches share. */
  private static final int SHARED = 4;

  private final Predictor predictor = new Predictor();
  private final Pieces pieces = new Pieces(Blocks.BYTES, _ -> true);
  private final Window window = new Window(predictor, pieces);

  /** A launch over a piece of its own, and one that others use, too. */
  private static Touches launch(int number) {
    return new Touches()
        .begin("launch")
        .add(BASE + (number % SHARED) * Blocks.BYTES, Blocks.BYTES, AccessKind.READ)
        .add(BASE + (number + SHARED) * Blocks.BYTES, Blocks.BYTES, AccessKind.READ);
  }

  /** A recorded run tells of the lap. */
  private void expectLap(int lap) {
    int[] recorded = IntStream.range(0, lap).toArray();
    ScheduleFollower follower = new ScheduleFollower(predictor.launches(), new int[0], recorded);
    for (int each : recorded) {
      follower.place(each, predictor.launches().intern(launch(each)));
    }
    predictor.expect(follower);
  }

  private void make(int number) {
    Touches made = launch(number);
    List<Piece> used = new ArrayList<>();
    for (int i = 0; i < made.count(); i++) {
      pieces.cover(made.address(i), made.bytes(i), used);
    }
    long next = predictor.position() + 1;
    used.forEach(piece -> piece.use(next, next, AccessKind.READ));
    predictor.observe(made, (_, _, _) -> true);
    window.follow();
    window.slide();
  }

  private void name(IntStream numbers) {
    predictor.upcoming(numbers.mapToObj(WindowProperties::launch).toList());
    window.follow();
    window.slide();
  }

  /** Which launch is expected in so many steps. */
  private int expected(int step) {
    long own = predictor.launches().address(predictor.launch(step), 1);
    return (int) ((own - BASE) / Blocks.BYTES) - SHARED;
  }

  private void piecesKnowWhatIsExpected() {
    long now = predictor.position();
    int depth = predictor.depth();
    assertThat(window.reach()).isEqualTo(now + depth);
    for (Piece piece : pieces.all()) {
      for (int step = 1; step <= depth; step++) {
        boolean used = window.piecesOf(predictor.launch(step)).contains(piece);
        assertThat(piece.usesBetween(now + step - 1, now + step + 1))
            .as("%s in %d launches", piece, step)
            .isEqualTo(used ? 1 : 0);
      }
      assertThat(piece.usesBetween(now + depth, Piece.NEVER)).isZero();
    }
  }

  /** A program that goes round, now and then otherwise, and at times says what it does next. */
  @Property(tries = 200)
  void piecesAreToldWhatTheyWouldBeToldAnew(
      @ForAll @IntRange(min = 4, max = 24) int lap,
      @ForAll @IntRange(min = 1, max = 40) int oneOfIsOther,
      @ForAll @IntRange(max = 12) int mostNamed,
      @ForAll boolean recorded,
      @ForAll long seed) {
    Random random = new Random(seed);
    if (recorded) {
      expectLap(lap);
    }
    int[] program = new int[STEPS + mostNamed];
    for (int i = 0; i < program.length; i++) {
      program[i] = random.nextInt(oneOfIsOther) == 0 ? random.nextInt(2 * lap) : i % lap;
    }
    for (int i = 0; i < STEPS; i++) {
      int from = i;
      switch (random.nextInt(9)) {
        case 0 -> name(random.ints(random.nextInt(mostNamed + 1), 0, 2 * lap));
        case 1 -> name(IntStream.empty());
        case 2 ->
            name(IntStream.range(0, random.nextInt(mostNamed + 1)).map(j -> program[from + j]));
        case 3 -> predictor.lose();
        case 4 -> {
          predictor.upcoming(List.of(launch(random.nextInt(lap)), launch(random.nextInt(lap))));
          predictor.upcoming(random.ints(2, 0, lap).mapToObj(WindowProperties::launch).toList());
        }
        case 5 -> {} // what was named is taken on
        default -> name(IntStream.range(0, mostNamed).map(j -> program[from + j]));
      }
      window.follow();
      window.slide();
      piecesKnowWhatIsExpected();
      make(program[i]);
      piecesKnowWhatIsExpected();
    }
  }

  @Example
  void namesThatSlideAlongAreNotToldAnew() {
    IntStream.range(0, 2 * NAMED).forEach(this::make);
    name(IntStream.range(2 * NAMED, 3 * NAMED));
    long builds = window.builds();

    for (int i = 2 * NAMED; i < STEPS; i++) {
      make(i); // none of them was made before
      int from = i + 1;
      name(IntStream.range(from, from + NAMED));
    }

    assertThat(window.builds()).isEqualTo(builds);
    piecesKnowWhatIsExpected();
  }

  @Example
  void namesThatALapForetellsChangeNothing() {
    int lap = 2 * NAMED;
    IntStream.range(0, 3 * lap).forEach(i -> make(i % lap));
    assertThat(predictor.inLap()).isTrue();
    long builds = window.builds();

    for (int i = 3 * lap; i < STEPS; i++) {
      int from = i;
      name(IntStream.range(from, from + NAMED).map(each -> each % lap));
      make(i % lap);
    }

    assertThat(window.builds()).isEqualTo(builds);
    assertThat(predictor.depth()).isEqualTo(lap);
    piecesKnowWhatIsExpected();
  }

  @Example
  void whereNamesDifferFromALapItGoesOnBehindThem() {
    int lap = 2 * NAMED;
    IntStream.range(0, 3 * lap).forEach(i -> make(i % lap));
    long builds = window.builds();

    name(IntStream.of(0, 1, lap, 2));

    assertThat(IntStream.rangeClosed(1, lap + 1).map(this::expected))
        .containsExactlyElementsOf(
            IntStream.concat(IntStream.of(0, 1, lap), IntStream.range(2, lap)).boxed().toList());
    assertThat(window.builds()).as("of one of them").isEqualTo(builds + 1);
    piecesKnowWhatIsExpected();
  }
}
