package io.spillway.prefetch.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionContext;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.Location;
import io.spillway.driver.OwnContexts;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.TouchKind;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.prefetch.step.Step;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Several pieces are to leave, and the driver will not let one of them go. */
final class RefusedLeaveTest {

  private static final long BYTES = 16 * ByteSize.MIB;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final List<Piece> stay = new ArrayList<>();
  private Spillway spillway;
  private Allocation data;
  private List<Piece> pieces;

  /** What does not leave. */
  private AddressRange kept;

  /** None of them lets go what is kept. */
  private final OwnContexts contexts =
      OwnContexts.of(
          simulation,
          (range, target, move) -> {
            if (target.equals(Location.HOST) && range.overlaps(kept)) {
              throw OwnContexts.refusal(range);
            }
            move.run();
          });

  private final class Hearing extends Unasked {
    @Override
    public void stays(List<Piece> refused) {
      stay.addAll(refused);
    }
  }

  private final Borrowed plugin = new Borrowed();

  @BeforeEach
  void open() {
    spillway =
        Spillway.open(
            SpillwayConfig.builder()
                .driver(contexts)
                .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                .plugins(List.of(plugin))
                .background(simulation.hostThread("background"))
                .build());
    data = spillway.allocate(8 * BYTES, Placement.MANAGED, "data");
    simulation.hostTouch(data.range(), TouchKind.WRITE);
    pieces = new ArrayList<>();
    new Pieces(BYTES, range -> false).cover(data.address(), 8 * BYTES, pieces);
    kept = pieces.get(5).range();
  }

  @AfterEach
  void close() {
    data.close();
    spillway.close();
    simulation.close();
  }

  private Step leaves(int... numbers) {
    List<Piece> leaving = new ArrayList<>();
    for (int number : numbers) {
      leaving.add(pieces.get(number));
    }
    return Step.moving(leaving, List.of(), List.of(), List.of(), true);
  }

  private void withMover(Consumer<Mover> test) {
    SessionContext context = plugin.context();
    Presence presence = new Presence();
    try (Completions completions = new Completions(context.driver(), new Unheard());
        Mover mover = new Mover(context, BYTES, 2, completions, presence, new Hearing())) {
      mover.execute(Step.moving(List.of(), pieces, List.of(), List.of(), true), true);
      test.accept(mover);
      presence.forgetFetches();
    }
  }

  @Test
  void onlyWhatWasInTheCallThatWasRefusedStays() {
    contexts.allow(Mover.LANES); // none to write back with
    withMover(
        mover -> {
          assertThat(mover.execute(leaves(0, 1, 4, 5, 7), false))
              .as("neighbours leave by one call")
              .containsExactlyInAnyOrder(pieces.get(4), pieces.get(5));
          assertThat(stay).isEmpty();
          assertThat(simulation.residentBytes(data.range())).isEqualTo(5 * BYTES);
        });
  }

  @Test
  void soDoesItWhereWriteBacksGoBesideFetches() {
    withMover(
        mover -> {
          assertThat(mover.execute(leaves(2, 5, 7), false)).as("not known yet").isEmpty();
          while (!mover.nothingMoves()) {
            mover.reapDepartures();
            simulation.hostWork(1_000_000);
          }
          assertThat(stay).containsExactly(pieces.get(5));
          assertThat(simulation.residentBytes(data.range())).isEqualTo(6 * BYTES);
        });
  }
}
