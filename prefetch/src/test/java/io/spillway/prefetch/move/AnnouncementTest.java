package io.spillway.prefetch.move;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionContext;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.Placement;
import io.spillway.driver.OwnContexts;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.evict.Piece;
import io.spillway.evict.Pieces;
import io.spillway.prefetch.step.Step;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a mover announces while the thread of a lane is in a call that fetches. */
@Timeout(60) // seconds
final class AnnouncementTest {

  private static final long BYTES = 16 * ByteSize.MIB;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final CountDownLatch calling = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @AfterEach
  void close() {
    goOn.countDown();
    simulation.close();
  }

  /** What a step does with the piece that is on its way. */
  private enum Announced {
    LEAVES(piece -> Step.moving(List.of(piece), List.of(), List.of(), List.of(), false)),
    ENDS_IN_PLACE(piece -> Step.advising(List.of(), List.of(), List.of(piece)));

    private final Function<Piece, Step> step;

    Announced(Function<Piece, Step> step) {
      this.step = step;
    }
  }

  /** Contexts that fetch when they are let. */
  private OwnContexts heldUp() {
    return OwnContexts.withRealThreads(
        simulation,
        (_, _, move) -> {
          calling.countDown();
          awaitLatch(goOn);
          move.run();
        });
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void waitsForTheCallSoThatTheLaneDoesNotSayAfterwardsThatItIsThere(Announced announced)
      throws InterruptedException {
    Borrowed plugin = new Borrowed();
    try (Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(heldUp())
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                    .plugins(List.of(plugin))
                    .background(simulation.hostThread("background"))
                    .build());
        Allocation data = spillway.allocate(BYTES, Placement.MANAGED, "data")) {
      SessionContext context = plugin.context();
      LiveAllocation live = context.ledger().find(data.address());
      Presence presence = new Presence();
      List<Piece> covered = new ArrayList<>();
      new Pieces(BYTES, range -> false).cover(data.address(), BYTES, covered);
      Piece piece = covered.getFirst();
      try (Completions completions = new Completions(context.driver(), new Unheard());
          Mover mover = new Mover(context, BYTES, 2, completions, presence, new Unasked())) {
        mover.execute(Step.moving(List.of(), List.of(piece), List.of(), List.of(), false), true);
        calling.await();
        Thread announcing =
            Thread.ofPlatform().start(() -> mover.announce(announced.step.apply(piece)));
        while (announcing.isAlive() && announcing.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
        boolean waits = announcing.isAlive();
        goOn.countDown();
        announcing.join();

        assertThat(waits).as("for the lane").isTrue();
        assertThat(mover.awaitCalls(1)).isTrue();
        assertThat(presence.has(live, data.range())).as("for launches it is there").isFalse();
        presence.forgetFetches();
      }
    }
  }
}
