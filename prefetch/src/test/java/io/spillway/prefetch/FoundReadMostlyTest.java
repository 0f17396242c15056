package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.hint.HintKind;
import io.spillway.hint.HintStatistics;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What is found to be only read leaves free, and is taken back before it is written. */
final class FoundReadMostlyTest extends EngineFixture {

  @Test
  void dataThatIsOnlyReadIsFoundToBeAndLeavesFreeFromThenOn() {
    long budget = LAYERS * LAYER / 3;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, LAYERS)) {
      for (int lap = 0; lap < 5; lap++) {
        pass(spillway, weights, LAYERS);
      }
      long before = simulation.counters().bytesOut();
      assertThat(before).as("until that was known").isPositive();

      pass(spillway, weights, LAYERS);

      assertThat(simulation.counters().bytesOut() - before).isLessThan(2 * LAYER);
      HintStatistics.Count said = spillway.statistics().hints().of(HintKind.READ_MOSTLY);
      assertThat(said.bytes())
          .as("what stays, or came before and left, is not said to be")
          .isBetween(LAYER, LAYERS * LAYER - budget / 2);
    }
  }

  @Test
  void whatWasFoundToBeOnlyReadIsTakenBackBeforeAWrite() {
    long budget = LAYERS * LAYER / 3;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, LAYERS)) {
      for (int lap = 0; lap < 5; lap++) {
        pass(spillway, weights, LAYERS);
      }
      double update =
          seconds(
              () -> {
                for (int i = 0; i < LAYERS; i++) {
                  launch(
                      spillway, "update", 1, new Touch(weights, i * LAYER, TouchKind.READ_WRITE));
                }
              });
      assertThat(spillway.statistics().hints().of(HintKind.NOT_READ_MOSTLY).applied()).isPositive();
      // One layer written while duplicated would take 32768 pages x 76 us, two and a half seconds.
      assertThat(update).isLessThan(1);
      assertThat(simulation.counters().faults()).as("what was taken back came again").isZero();
    }
  }

  @Test
  void whatWasFoundToBeOnlyReadIsTakenBackBeforeALaunchThatMightWrite() {
    long budget = LAYERS * LAYER / 3;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, LAYERS)) {
      for (int lap = 0; lap < 5; lap++) {
        pass(spillway, weights, LAYERS);
      }
      AddressRange found = foundToBeOnlyRead(weights);

      var session = spillway.interception();
      var launch = session.launch("unknown", 0, StreamHandle.DEFAULT);
      session.declare(launch, List.of(new RangeAccess(found, AccessKind.UNKNOWN)), true);
      simulation.launch(
          SimulatedKernel.of("unknown", Access.readWrite(found)), StreamHandle.DEFAULT);
      session.issued(launch);
      simulation.synchronize(StreamHandle.DEFAULT);

      assertThat(simulation.attributes(found).readMostly()).isFalse();
      assertThat(simulation.counters().faults()).isZero();
      pass(spillway, weights, LAYERS);
      assertThat(simulation.attributes(found).readMostly()).as("not in the lap of it").isFalse();
    }
  }

  /** Does something between the session's look at a write to come and the engine's. */
  private static final class InBetween implements SessionPlugin, SessionListener {
    private Runnable work = () -> {};

    @Override
    public String name() {
      return "in between";
    }

    @Override
    public SessionListener attach(SessionContext context) {
      return this;
    }

    @Override
    public void declared(Launch launch, RangeAccess access) {
      Runnable now = work;
      work = () -> {};
      now.run();
    }
  }

  @Test
  void whatBecomesReadMostlyWhileAWriteIsBeingDeclaredIsTakenBackBeforeIt() {
    InBetween inBetween = new InBetween();
    try (Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(driver)
                    .deviceBudget(Long.toString(LAYERS * LAYER / 3))
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                    .plugins(List.of(inBetween, new Auto()))
                    .background(simulation.hostThread("mover"))
                    .build());
        Allocation weights = weights(spillway, LAYERS)) {
      int passing = LAYERS - 1; // it does not stay, and so becomes read-mostly as it leaves
      AddressRange last = weights.range().slice(passing * LAYER, LAYER);
      pass(spillway, weights, LAYERS);
      inBetween.work =
          () -> {
            for (int lap = 0; lap < 5; lap++) {
              pass(spillway, weights, LAYERS);
            }
            launch(spillway, "layer", READS, Touch.read(weights, passing));
            assertThat(simulation.attributes(last).readMostly()).as("by now").isTrue();
          };

      try (var scope = spillway.launch("update", 0).writes(weights, passing * LAYER, LAYER)) {
        assertThat(scope).isNotNull();
        assertThat(simulation.attributes(last).readMostly()).isFalse();
      }
    }
  }

  @Test
  void whatWasFoundToBeOnlyReadIsTakenBackWhenTheEngineIsOffToo() {
    try (Spillway spillway = open(LAYERS * LAYER / 3);
        Allocation weights = weights(spillway, LAYERS)) {
      for (int lap = 0; lap < 5; lap++) {
        pass(spillway, weights, LAYERS);
      }
      AddressRange found = foundToBeOnlyRead(weights);
      driver.fail("record", 1, CudaStatus.INVALID_HANDLE);
      pass(spillway, weights, LAYERS);
      assertThat(spillway.statistics().plugins().get("auto")).startsWith("off: ");

      var session = spillway.interception();
      var launch = session.launch("unknown", 0, StreamHandle.DEFAULT);
      session.declare(launch, List.of(new RangeAccess(found, AccessKind.UNKNOWN)), true);

      assertThat(simulation.attributes(found).readMostly()).isFalse();
      session.issued(launch);
    }
  }

  @Test
  void aPartOfAPieceThatIsWrittenComesAgainAndIsKnownToBeThere() {
    AtomicInteger tasks = new AtomicInteger();
    Executor mover = simulation.hostThread("mover");
    Executor counting =
        task -> {
          tasks.incrementAndGet();
          mover.execute(task);
        };
    try (Spillway spillway = open(8 * LAYER, new Auto(), counting);
        Allocation weights = weights(spillway, 4).readMostly()) {
      pass(spillway, weights, 4);
      AddressRange part = weights.range().slice(LAYER + ByteSize.MIB, ByteSize.MIB);
      for (int i = 0; i < 2; i++) {
        tasks.set(0);
        try (var scope = spillway.launch("update", 0)) {
          scope.updates(weights, LAYER + ByteSize.MIB, ByteSize.MIB);
          simulation.launch(
              SimulatedKernel.of("update", Access.readWrite(part)), StreamHandle.DEFAULT);
        }
        simulation.synchronize(StreamHandle.DEFAULT);
      }
      assertThat(simulation.counters().faults()).as("what was taken back came again").isZero();
      assertThat(tasks).as("the second time nothing is waited for").hasValue(1);
    }
  }
}
