package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The mover's thread is held up in a fetch. */
@Timeout(60) // seconds
final class StuckMoverTest {

  private static final long LAYER = 16 * ByteSize.MIB;
  private static final long MILLISECOND = 1_000_000;
  private static final long MINUTE = 60_000 * MILLISECOND;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final CountDownLatch stuck = new CountDownLatch(1);
  private final CountDownLatch goOn = new CountDownLatch(1);

  @AfterEach
  void close() {
    goOn.countDown();
    thread.close();
    driver.releaseLeaks();
    simulation.close();
  }

  private Spillway open(SessionPlugin plugin) {
    ForwardingDriver slow =
        new ForwardingDriver(driver) {
          @Override
          public void prefetch(AddressRange range, Location target, StreamHandle stream) {
            stuck.countDown();
            try {
              goOn.await();
            } catch (InterruptedException e) {
              throw new IllegalStateException(e);
            }
            super.prefetch(range, target, stream);
          }

          @Override
          public UnifiedMemoryDriver openSibling() {
            return SiblingDriver.of(this);
          }
        };
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(slow)
            .deviceBudget(Long.toString(4 * LAYER))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(plugin))
            .background(thread)
            .build());
  }

  private static SessionPlugin engine(Waits waits) {
    return new SessionPlugin() {
      @Override
      public String name() {
        return "auto";
      }

      @Override
      public SessionListener attach(SessionContext context) {
        return new PredictiveEngine(context, MoveSizing.STANDARD, waits, EarlierRun.NONE);
      }
    };
  }

  private void startFetch(Spillway spillway, Allocation weights) throws InterruptedException {
    weights.fetch();
    stuck.await();
    assertThat(spillway.statistics().fetchedBytes()).isZero();
  }

  private void launch(Spillway spillway, Allocation weights, int layer) {
    try (var scope = spillway.launch("layer", layer).reads(weights, layer * LAYER, LAYER)) {
      assertThat(scope).isNotNull();
      simulation.launch(
          SimulatedKernel.of("layer", Access.read(weights.range().slice(layer * LAYER, LAYER))),
          StreamHandle.DEFAULT);
    }
  }

  private static String state(Spillway spillway) {
    return String.valueOf(spillway.statistics().plugins().get("auto"));
  }

  @Test
  void launchesThatWaitInVainGoAheadAndSeveralOfThemMakeItPauseForAWhile() {
    try (Spillway spillway = open(engine(new Waits(300 * MILLISECOND, MINUTE)));
        Allocation weights = spillway.allocate(8 * LAYER, Placement.MANAGED, "weights")) {
      launch(spillway, weights, 0);
      launch(spillway, weights, 1);
      assertThat(state(spillway)).isEqualTo("on");
      launch(spillway, weights, 2);
      assertThat(state(spillway))
          .startsWith("paused: launch 2 waited 3")
          .contains("what should make room for it is not done")
          .endsWith("; next try after 60 s");
      long start = System.nanoTime();
      launch(spillway, weights, 3);
      assertThat(System.nanoTime() - start).as("not waited").isLessThan(300 * MILLISECOND);
      assertThat(simulation.counters().faults()).as("the program went on").isPositive();

      goOn.countDown();
      simulation.hostWork(MINUTE);
      for (int i = 0; !state(spillway).startsWith("on, "); i++) {
        launch(spillway, weights, 4 + i % 4); // until the mover has noticed that it was away
      }

      assertThat(state(spillway)).contains("waited in vain 3, ").doesNotContain("not heard of 0");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"auto", "one-ahead"})
  void anInterruptedCloseStillWaitsForTheStepUnderWay(String plugin) throws Exception {
    Spillway spillway =
        open(plugin.equals("auto") ? engine(new Waits(MILLISECOND, MINUTE)) : new OneAhead());
    startFetch(spillway, spillway.allocate(LAYER, Placement.MANAGED, "weights"));
    boolean[] interrupted = new boolean[1];
    Thread closing =
        Thread.ofPlatform()
            .start(
                () -> {
                  spillway.close();
                  interrupted[0] = Thread.currentThread().isInterrupted();
                });

    closing.interrupt();

    assertThat(closing.join(Duration.ofMillis(300))).as("closed under the step").isFalse();
    assertThat(driver.calls("destroyStream")).isZero();
    goOn.countDown();
    closing.join();
    assertThat(interrupted[0]).isTrue();
    assertThat(driver.leaks()).isEmpty();
  }

  @Test
  void whatAStepUsesThatDoesNotEndIsLeftAlone() throws Exception {
    Spillway spillway = open(engine(new Waits(MILLISECOND, MILLISECOND)));
    startFetch(spillway, spillway.allocate(LAYER, Placement.MANAGED, "weights"));

    spillway.interception().end(); // without freeing what the step has pinned

    assertThat(driver.calls("destroyStream")).as("the session's own").isEqualTo(1);
    assertThat(driver.leaks()).hasSizeGreaterThanOrEqualTo(2);
    goOn.countDown();
  }
}
