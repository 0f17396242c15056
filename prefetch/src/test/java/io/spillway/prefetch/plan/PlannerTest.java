package io.spillway.prefetch.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.hint.Hint;
import io.spillway.predict.Touches;
import io.spillway.prefetch.step.Step;
import io.spillway.prefetch.trial.TimedLaunch;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Plans traces without a driver, and counts what comes in. */
final class PlannerTest {

  private static final long BASE = 1L << 40;
  private static final long SITE = 7;
  private static final long LAYER = 8 * Blocks.BYTES;

  private final Planner planner =
      new Planner(
          Prices.H200,
          2 * Blocks.BYTES,
          2 * Blocks.BYTES,
          (origin, address, bytes) -> false,
          range -> true);
  private long sequence;
  private long bytesIn;
  private long limitBytes;

  private void launch(Touches touches) {
    for (int i = 0; i < touches.count(); i++) {
      planner.declare(
          sequence,
          touches.site(),
          touches.address(i),
          touches.bytes(i),
          touches.kind(i),
          limitBytes);
    }
    steps();
    List<Piece> needed = new ArrayList<>();
    for (int i = 0; i < touches.count(); i++) {
      planner.pieces().cover(touches.address(i), touches.bytes(i), needed);
    }
    for (Piece piece : needed) {
      assertThat(piece.resident()).as("%s, for launch %d", piece, sequence).isTrue();
    }
    planner.issued(sequence++, touches, limitBytes);
    steps();
  }

  private void steps() {
    for (Step step = planner.next(limitBytes); step != null; step = planner.next(limitBytes)) {
      bytesIn += step.bytes();
      assertThat(planner.pieces().residentBytes()).isLessThanOrEqualTo(limitBytes);
    }
  }

  private static Touches layer(long i, AccessKind kind) {
    return new Touches().begin("layer").add(BASE + i * LAYER, LAYER, kind);
  }

  private double layersInPerLap(int layers, int laps) {
    long before = bytesIn;
    for (int i = 0; i < laps * layers; i++) {
      launch(layer(i % layers, AccessKind.READ));
    }
    return (double) (bytesIn - before) / LAYER / laps;
  }

  @ParameterizedTest
  @CsvSource({"48, 16", "48, 24", "48, 32", "48, 43", "48, 10", "200, 80"})
  void aLapBringsInLittleMoreThanWhatDoesNotFit(int layers, int fit) {
    limitBytes = fit * LAYER;
    layersInPerLap(layers, 2);

    double perLap = layersInPerLap(layers, 20);

    // No policy can do with less than N - C; Belady's, one layer at a time, does with this.
    double belady = (double) layers * (layers - fit) / (layers - 1);
    assertThat(perLap).isBetween((double) layers - fit, belady + 1);
  }

  @Test
  void aPartOfAPieceThatIsToBeWrittenIsGoneAndTheRestIsNot() {
    limitBytes = 48 * LAYER;
    launch(layer(0, AccessKind.READ));
    AddressRange part = new AddressRange(BASE + Blocks.BYTES / 2, Blocks.BYTES / 4);

    List<Piece> gone = planner.others().expectWrite(part);

    assertThat(gone)
        .singleElement()
        .satisfies(piece -> assertThat(piece.range()).isEqualTo(Blocks.covering(part)))
        .satisfies(piece -> assertThat(piece.resident()).isFalse())
        .satisfies(piece -> assertThat(piece.droppable()).isFalse());
    assertThat(planner.pieces().residentBytes()).isEqualTo(LAYER - Blocks.BYTES);
  }

  @Test
  void adviceThatEndsInsideABlockMakesOnlyWholeBlocksDroppable() {
    limitBytes = 48 * LAYER;
    launch(layer(0, AccessKind.READ));
    AddressRange advised = new AddressRange(BASE + Blocks.BYTES / 2, 2 * Blocks.BYTES);

    planner.others().adviceChanged(advised, range -> advised.contains(range));

    assertThat(planner.pieces().touching(new AddressRange(BASE, LAYER)))
        .filteredOn(piece -> piece.range().overlaps(advised))
        .extracting(Piece::droppable)
        .containsExactly(false, true, false);
  }

  @Test
  void whatWasFreedIsNotBroughtBackByLaunchesRememberedFromBefore() {
    limitBytes = 8 * LAYER;
    layersInPerLap(12, 4);
    AddressRange third = new AddressRange(BASE + 2 * LAYER, LAYER);

    planner.freed(third);
    for (int i = 0; i < 24; i++) {
      if (i % 12 != 2) {
        launch(layer(i % 12, AccessKind.READ));
      }
    }
    assertThat(planner.pieces().touching(third)).isEmpty();

    launch(layer(2, AccessKind.READ)); // other memory at the same place
    assertThat(planner.pieces().touching(third)).isNotEmpty();
  }

  @Test
  void aLaunchOfWhichAPieceIsCutBeforeItIsIssuedCountsItsBytesOnce() {
    limitBytes = 48 * LAYER;
    planner.declare(0, SITE, BASE, LAYER, AccessKind.READ, limitBytes);
    planner.declare(1, SITE, BASE + Blocks.BYTES, Blocks.BYTES, AccessKind.READ, limitBytes);

    assertThat(planner.declared().missing(0)).extracting(Piece::bytes).contains(Blocks.BYTES);
    planner.issued(0, layer(0, AccessKind.READ), limitBytes);
    steps();

    assertThat(planner.pieces().residentBytes()).isEqualTo(LAYER);
    assertThat(bytesIn).isZero();
  }

  @Test
  void aFreeLeavesWhatIsDemandedElsewhere() {
    limitBytes = 48 * LAYER;
    planner.declare(0, SITE, BASE, LAYER, AccessKind.READ, limitBytes);
    planner.declare(0, SITE, BASE + LAYER, LAYER, AccessKind.READ, limitBytes);

    planner.freed(new AddressRange(BASE, LAYER));
    steps();

    assertThat(bytesIn).isEqualTo(LAYER);
    assertThat(planner.pieces().residentBytes()).isEqualTo(LAYER);
    assertThat(planner.declared().missing(0)).isEmpty();
  }

  @Test
  void afterAGapNothingIsHeldForLaunchesOfWhichNothingWasHeard() {
    limitBytes = 3 * LAYER;
    planner.declare(1000, SITE, BASE, 2 * LAYER, AccessKind.READ, limitBytes);
    steps();

    planner.resynchronise();

    launch(layer(5, AccessKind.READ));
    launch(layer(6, AccessKind.READ)); // in place of what launch 1000 declared
    long before = planner.pieces().residentBytes();
    planner.issued(2000, layer(9, AccessKind.READ), limitBytes); // declared in the gap
    assertThat(planner.pieces().residentBytes()).isEqualTo(before + LAYER);
  }

  /** Reads a lap until something that leaves is found to be only read. */
  private static Step firstReadMostly(Planner writable, long limitBytes) {
    for (int i = 0; i < 100; i++) {
      writable.declare(i, SITE, BASE + i % 6 * LAYER, LAYER, AccessKind.READ, limitBytes);
      for (Step step = writable.next(limitBytes); step != null; step = writable.next(limitBytes)) {
        if (!step.readMostly().isEmpty()) {
          return step;
        }
        step.advised(true);
      }
      writable.issued(i, layer(i % 6, AccessKind.READ), limitBytes);
    }
    throw new AssertionError("nothing was found to be only read");
  }

  @ParameterizedTest
  @EnumSource(
      value = AccessKind.class,
      names = {"WRITE", "READ_WRITE", "UNKNOWN"})
  void aWriteHeardOfBeforeTheAdviceIsGivenKeepsItBackAndOneAfterTakesItBack(AccessKind kind) {
    long limit = 3 * LAYER;
    Planner writable =
        new Planner(
            Prices.H200,
            2 * Blocks.BYTES,
            2 * Blocks.BYTES,
            (origin, address, bytes) -> false,
            range -> false);
    Step step = firstReadMostly(writable, limit);
    Piece piece = step.readMostly().getFirst();
    assertThat(step.leaving()).contains(piece);
    assertThat(step.leave().hints()).contains(new Hint.EvictReadMostly(piece.range()));
    assertThat(writable.announced().reconsidered(step).readMostly()).isEqualTo(step.readMostly());

    writable.declare(1000, SITE, piece.address(), piece.bytes(), kind, limit);

    assertThat(writable.announced().reconsidered(step).readMostly()).doesNotContain(piece);

    step.left(_ -> true); // as if it had not been heard of
    writable.declare(1001, SITE, piece.address(), piece.bytes(), kind, limit);
    assertThat(writable.next(limit))
        .satisfies(next -> assertThat(next.notReadMostly()).containsExactly(piece));
  }

  private static Planner planner(boolean droppable) {
    return new Planner(
        Prices.H200, LAYER, LAYER, (origin, address, bytes) -> false, range -> droppable);
  }

  private static Touches layers(int from, int to) {
    return new Touches()
        .begin("layers")
        .add(BASE + from * LAYER, (to - from) * LAYER, AccessKind.READ_WRITE);
  }

  /** Launches, does what there is to do before and after, and says that it took that long. */
  private List<Step> launch(Planner of, Touches touches, long nanos) {
    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < touches.count(); i++) {
      of.declare(
          sequence,
          touches.site(),
          touches.address(i),
          touches.bytes(i),
          touches.kind(i),
          limitBytes);
    }
    drain(of, steps);
    TimedLaunch timed = of.times().timed(sequence, limitBytes);
    if (timed != null) {
      of.times().timing(timed);
    }
    of.issued(sequence++, touches, limitBytes);
    if (timed != null) {
      of.times().took(timed, nanos);
    }
    drain(of, steps);
    return steps;
  }

  private void drain(Planner of, List<Step> steps) {
    for (Step step = of.next(limitBytes); step != null; step = of.next(limitBytes)) {
      step.advised(true);
      steps.add(step);
      assertThat(of.pieces().residentBytes()).isLessThanOrEqualTo(limitBytes);
    }
  }

  private static long bytes(List<Step> steps, Function<Step, List<Piece>> of) {
    return steps.stream().flatMap(step -> of.apply(step).stream()).mapToLong(Piece::bytes).sum();
  }

  @Test
  void whatALaunchTouchesBeyondTheRoomIsAccessedInPlaceAndNothingLeavesForIt() {
    limitBytes = 4 * LAYER;
    Planner written = planner(false);
    launch(written, layers(0, 4), 1_000_000);

    List<Step> steps = launch(written, layers(0, 6), 3_000_000);

    assertThat(bytes(steps, Step::placing)).isEqualTo(2 * LAYER);
    assertThat(bytes(steps, Step::leaving)).isZero();
    for (int i = 0; i < 10; i++) {
      assertThat(launch(written, layers(0, 6), 3_000_000)).isEmpty();
    }
  }

  @Test
  void whatIsInPlaceComesWhenWhatIsThereIsNotUsedAnyMore() {
    limitBytes = 4 * LAYER;
    Planner written = planner(false);
    launch(written, layers(0, 4), 1_000_000);
    launch(written, layers(0, 6), 3_000_000);
    written.lookAhead(0); // nobody fetches because of what is expected

    List<Step> steps = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      steps.addAll(launch(written, layers(3, 6), 3_000_000));
    }

    assertThat(bytes(steps, Step::coming)).isEqualTo(2 * LAYER);
    assertThat(bytes(steps, Step::leaving)).isEqualTo(2 * LAYER);
    assertThat(steps).noneMatch(Step::demanded);
  }

  @Test
  void whatCanBeDroppedIsNotReadMostlyWhileItIsInPlace() {
    limitBytes = 4 * LAYER;
    Planner dropped = planner(true);
    Touches read = new Touches().begin("layers").add(BASE, 6 * LAYER, AccessKind.READ);
    launch(dropped, read, 1_000_000);

    List<Piece> inPlace =
        dropped.pieces().within(new AddressRange(BASE, 6 * LAYER)).stream()
            .filter(piece -> !piece.resident())
            .toList();

    assertThat(inPlace).isNotEmpty().allMatch(Piece::suspended).noneMatch(Piece::droppable);
    Piece first = inPlace.getFirst();
    Step comes = Step.moving(List.of(), List.of(first), List.of(first), List.of(), true);
    comes.advised(true);
    assertThat(first.droppable()).isTrue();
    assertThat(first.advised()).as("by the program, not by what launches did").isFalse();
  }

  @Test
  void whatIsWrittenInPlaceIsNotReadMostlyAgain() {
    limitBytes = 4 * LAYER;
    Planner dropped = planner(true);
    Touches read = new Touches().begin("layers").add(BASE, 6 * LAYER, AccessKind.READ);
    launch(dropped, read, 1_000_000);

    launch(dropped, layers(0, 6), 1_000_000);

    assertThat(dropped.pieces().within(new AddressRange(BASE, 6 * LAYER)))
        .noneMatch(Piece::suspended);
  }

  @Test
  void whatIsExpectedIsKnownOfPiecesThatLaterRangesCut() {
    limitBytes = 48 * LAYER;
    long half = Blocks.BYTES / 2;

    planner.upcoming(
        List.of(
            new Touches()
                .begin("level")
                .add(BASE, 2 * Blocks.BYTES - half, AccessKind.READ)
                .add(BASE + 2 * Blocks.BYTES - half, half, AccessKind.READ)));

    assertThat(planner.pieces().touching(new AddressRange(BASE, 2 * Blocks.BYTES)))
        .hasSize(2)
        .allSatisfy(piece -> assertThat(piece.nextUse(0)).isEqualTo(1))
        .allSatisfy(piece -> assertThat(piece.usesBetween(0, 2)).isEqualTo(1));
  }

  @Test
  void everythingStaysWhenItFits() {
    limitBytes = 48 * LAYER;
    assertThat(layersInPerLap(48, 1)).isEqualTo(48);
    assertThat(layersInPerLap(48, 10)).isZero();
  }
}
