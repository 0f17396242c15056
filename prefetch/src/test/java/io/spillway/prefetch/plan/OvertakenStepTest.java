package io.spillway.prefetch.plan;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Prices;
import io.spillway.predict.Touches;
import io.spillway.prefetch.step.Step;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More is told of launches between planning a step and doing it. */
final class OvertakenStepTest {

  private static final long BASE = 1L << 40;
  private static final long SITE = 7;
  private static final long PIECE = 2 * Blocks.BYTES;
  private static final int FIT = 4;
  private static final int LAPS = 6;
  private static final long LIMIT = FIT * PIECE;

  private final Planner planner =
      new Planner(Prices.H200, PIECE, PIECE, (origin, address, bytes) -> false, range -> true);

  private static Touches layer(int i) {
    return new Touches().begin("layer").add(BASE + i * PIECE, PIECE, AccessKind.READ);
  }

  private void declare(int sequence, int layer) {
    planner.declare(sequence, SITE, BASE + layer * PIECE, PIECE, AccessKind.READ, LIMIT);
  }

  private void doAll() {
    while (planner.next(LIMIT) != null) {}
  }

  private Step planned;

  /** All is full, and a launch of layer 4 lacks it. */
  @BeforeEach
  void aStepMakesRoom() {
    for (int i = 0; i < FIT; i++) {
      declare(i, i);
      doAll();
      planner.issued(i, layer(i), LIMIT);
      doAll();
    }
    declare(FIT, FIT);
    planned = planner.next(LIMIT);
    assertThat(planned.leaving()).hasSize(1);
    assertThat(planned.coming()).hasSize(1);
  }

  private int victim() {
    return (int) ((planned.leaving().getFirst().address() - BASE) / PIECE);
  }

  private Piece piece(int layer) {
    List<Piece> covered = new ArrayList<>();
    planner.pieces().cover(BASE + layer * PIECE, PIECE, covered);
    return covered.getFirst();
  }

  private boolean resident(int layer) {
    return piece(layer).resident();
  }

  @Test
  void whereNothingConcernsItTheStepIsDone() {
    planner.announced().reopen(planned);
    assertThat(planner.announced().overtaken(planned)).isFalse();
    planner.announced().close(planned);

    assertThat(resident(victim())).isFalse();
    assertThat(resident(FIT)).isTrue();
    assertThat(planner.pieces().residentBytes()).isEqualTo(LIMIT);
    assertThat(planner.next(LIMIT)).isNull();
  }

  @Test
  void whatALaunchUsesMeanwhileStaysAndSomethingElseLeaves() {
    planner.announced().reopen(planned);
    declare(FIT + 1, victim());
    assertThat(planner.announced().overtaken(planned)).isTrue();

    assertThat(planner.announced().withdraw(planned)).containsExactlyElementsOf(planned.leaving());

    assertThat(planner.declared().missing(FIT + 1)).isEmpty();
    assertThat(planner.declared().missing(FIT)).hasSize(1);
    Step other = planner.next(LIMIT);
    assertThat(other.leaving()).hasSize(1).doesNotContainAnyElementsOf(planned.leaving());
    assertThat(other.coming()).containsExactlyElementsOf(planned.coming());
    assertThat(planner.declared().missing(FIT)).isEmpty();
    assertThat(planner.pieces().residentBytes()).isEqualTo(LIMIT);
  }

  @Test
  void soItIsWhereThatLaunchIsIssuedByNow() {
    int victim = victim();
    planner.announced().reopen(planned);
    declare(FIT + 1, victim);
    planner.issued(FIT + 1, layer(victim), LIMIT);

    assertThat(planner.announced().overtaken(planned)).isTrue();
  }

  /** Another thread's, which was given its number earlier and is told of later. */
  @Test
  void soItIsForALaunchWithALowerNumber() {
    int victim = victim();
    planner.announced().reopen(planned);
    declare(-1, victim);
    assertThat(planner.announced().overtaken(planned)).isTrue();

    planner.announced().withdraw(planned);
    planner.issued(FIT + 1, layer(victim), LIMIT); // what the first holds still does not leave

    assertThat(planner.declared().missing(-1)).isEmpty();
    assertThat(planner.next(LIMIT).leaving()).doesNotContainAnyElementsOf(planned.leaving());
  }

  @Test
  void aRangeThatIsDeclaredTwiceIsHeldOnce() {
    declare(FIT, FIT);
    declare(FIT, FIT);
    planner.issued(FIT, layer(FIT), LIMIT);

    planner.lookAhead(0);
    declare(FIT + 1, FIT + 1);
    planner.issued(FIT + 1, layer(FIT + 1), LIMIT);
    assertThat(planner.pieces().within(new AddressRange(BASE + FIT * PIECE, PIECE)))
        .noneMatch(piece -> piece.held());
  }

  /** It was used after all, so the fetch of it was none for nothing. */
  @Test
  void whatWasFetchedAheadAndStaysIsNotHeldAgainstTheFetch() {
    Outcomes outcomes = new Outcomes(Prices.H200);
    var fetched = planned.leaving().getFirst();
    outcomes.fetched(fetched);
    outcomes.evicted(fetched, planned.coming().getFirst());
    assertThat(outcomes.useless()).isEqualTo(1);

    fetched.aboutToLeave();
    outcomes.stayed(fetched);
    assertThat(outcomes.useless()).isZero();
    assertThat(outcomes.hits()).isZero();
    assertThat(outcomes.causedNanos()).isZero();

    outcomes.used(fetched);
    assertThat(outcomes.hits()).isEqualTo(1);
  }

  @Test
  void whatALaunchLackedThatWentAheadIsNotFetchedForIt() {
    planner.announced().withdraw(planned);
    planner.lookAhead(0);
    assertThat(planner.declared().missing(FIT)).hasSize(1);

    planner.issued(FIT, layer(FIT), LIMIT); // it brings it in itself
    planner.others().moved(new AddressRange(BASE + FIT * PIECE, PIECE), false);

    assertThat(planner.next(LIMIT)).isNull();
  }

  @Test
  void whatTheProgramAskedForIsFetchedAfterAll() {
    planner.announced().withdraw(planned);
    planner.issued(FIT, layer(FIT), LIMIT);
    doAll();
    AddressRange wanted = new AddressRange(BASE + 9 * PIECE, PIECE);
    planner.others().bring(wanted, LIMIT);
    Step step = planner.next(LIMIT);
    assertThat(step.coming()).singleElement().extracting(p -> p.range()).isEqualTo(wanted);

    planner.announced().reopen(step);
    planner.announced().withdraw(step);

    assertThat(List.copyOf(planner.next(LIMIT).coming())).isEqualTo(step.coming());
  }

  /** Advice that ends a trial of what is in place. */
  @Test
  void whatALaunchUsesMeanwhileStaysInPlaceUntilThatIsIssued() {
    Piece ending = piece(FIT + 1);
    Step advice = Step.advising(List.of(), List.of(), List.of(ending));
    planner.announced().reopen(advice);
    assertThat(ending.placed()).isTrue();
    declare(FIT + 1, FIT + 1);
    planner.declared().goesAhead(FIT + 1, ending); // it saw it in place

    assertThat(planner.announced().overtaken(advice)).isFalse();
    assertThat(planner.announced().close(advice).advises()).isFalse();
    assertThat(ending.placed()).isTrue();
    assertThat(planner.next(LIMIT)).as("nor is it fetched, since it is used there").isNull();

    planner.issued(FIT + 1, layer(FIT + 1), LIMIT);
    assertThat(planner.next(LIMIT).unplacing()).containsExactly(ending);
    assertThat(ending.placed()).isFalse();
  }

  @Test
  void whatNoLaunchUsesMeanwhileIsInPlaceNoLonger() {
    Piece ending = piece(FIT + 1);
    Step advice = Step.advising(List.of(), List.of(), List.of(ending));
    planner.announced().reopen(advice);

    assertThat(planner.announced().close(advice).unplacing()).containsExactly(ending);
    assertThat(ending.placed()).isFalse();
  }

  /** The driver would not let the victim go, which is known only later. */
  @Test
  void whatHasNoRoomAfterAllIsBroughtInInsteadOfSomethingElse() {
    planned.leaving().forEach(planner::refused);
    planner.announced().comesNot(planned);
    assertThat(planner.declared().missing(FIT)).hasSize(1);

    Step other = planner.next(LIMIT);
    assertThat(other.leaving()).hasSize(1).doesNotContainAnyElementsOf(planned.leaving());
    assertThat(other.coming()).containsExactlyElementsOf(planned.coming());
    assertThat(planner.pieces().residentBytes()).isEqualTo(LIMIT);
  }

  @Test
  void ofWhatTheDriverLetsNothingGoNothingComes() {
    Step step = planned;
    for (int i = 0; i < FIT; i++) {
      step.leaving().forEach(planner::refused);
      planner.announced().comesNot(step);
      step = planner.next(LIMIT);
    }

    assertThat(step).isNull();
    assertThat(planner.pieces().residentBytes()).isEqualTo(LIMIT);
  }

  @Test
  void whatALaunchFaultedInMeanwhileIsThere() {
    planned.leaving().forEach(planner::refused);
    declare(FIT + 1, FIT);
    planner.issued(FIT, layer(FIT), LIMIT);
    planner.issued(FIT + 1, layer(FIT), LIMIT);

    planner.announced().comesNot(planned);

    assertThat(resident(FIT)).isTrue();
  }

  /** It was on its way by a fetch ahead, say, so that the launch did not ask for it. */
  @Test
  void whatALaunchWaitsForIsBroughtInThoughItWasNotWhatTheStepWasFor() {
    Step ahead =
        Step.moving(
            planned.leaving(), planned.coming(), List.of(), List.of(), /* demanded */ false);
    planner.announced().withdraw(ahead);

    assertThat(planner.next(LIMIT).coming()).containsExactlyElementsOf(planned.coming());
  }

  /** Another thread's launch comes between declaring and issuing each. */
  @Test
  void whatWasExpectedOfALaunchThatOthersOvertookHasPassed() {
    int other = 2 * FIT;
    int sequence = FIT + 1;
    planner.issued(FIT, layer(FIT), LIMIT);
    for (int i = 0; i < LAPS * (FIT + 2); i++) {
      int layer = i % (FIT + 2);
      declare(sequence, layer);
      doAll();
      assertThat(planner.declared().missing(sequence)).as("launch %d", i).isEmpty();
      declare(sequence + 1, other);
      planner.issued(sequence + 1, layer(other), LIMIT);
      planner.issued(sequence, layer(layer), LIMIT);
      doAll();
      sequence += 2;
    }
  }
}
