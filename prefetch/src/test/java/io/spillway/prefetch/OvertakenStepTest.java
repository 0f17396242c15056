package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.evict.Prices;
import io.spillway.predict.Touches;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** More is told of launches between planning a step and doing it. */
final class OvertakenStepTest {

  private static final long BASE = 1L << 40;
  private static final long SITE = 7;
  private static final long PIECE = 2 * Blocks.BYTES;
  private static final int FIT = 4;
  private static final long LIMIT = FIT * PIECE;

  private final Planner planner =
      new Planner(
          Prices.H200, new MoveSizing(PIECE, 2), (origin, address, bytes) -> false, range -> true);

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

  private boolean resident(int layer) {
    return planner
        .pieces()
        .within(new AddressRange(BASE + layer * PIECE, PIECE))
        .getFirst()
        .resident();
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

    assertThat(planner.missing(FIT + 1)).isEmpty();
    assertThat(planner.missing(FIT)).hasSize(1);
    Step other = planner.next(LIMIT);
    assertThat(other.leaving()).hasSize(1).doesNotContainAnyElementsOf(planned.leaving());
    assertThat(other.coming()).containsExactlyElementsOf(planned.coming());
    assertThat(planner.missing(FIT)).isEmpty();
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

    assertThat(planner.missing(-1)).isEmpty();
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
    assertThat(planner.missing(FIT)).hasSize(1);

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
}
