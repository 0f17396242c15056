package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.MemoryInfo;
import io.spillway.driver.OwnContexts;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Fetches by threads of their own, where a sibling has its own context. */
@Timeout(60) // seconds
final class FetchLanesTest {

  private static final long LAYER = 64 * ByteSize.MIB;
  private static final int LAYERS = 12;
  private static final int LAPS = 8;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver injecting = new FaultInjectingDriver(simulation);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();
  private final Set<String> fetching = ConcurrentHashMap.newKeySet();
  private final AtomicInteger calling = new AtomicInteger();
  private final AtomicInteger mostCalling = new AtomicInteger();

  @AfterEach
  void nothingIsLeft() {
    thread.close();
    assertThat(injecting.leaks()).isEmpty();
    simulation.close();
  }

  private final OwnContexts contexts = OwnContexts.withRealThreads(injecting, this::move);

  /** Run in each call that fetches, by its thread. */
  private volatile Runnable inFetch = () -> {};

  private void move(AddressRange range, Location target, Runnable move) {
    if (target.equals(Location.HOST)) {
      move.run();
      return;
    }
    fetching.add(Thread.currentThread().getName());
    mostCalling.accumulateAndGet(calling.incrementAndGet(), Math::max);
    try {
      inFetch.run();
      move.run();
    } finally {
      calling.decrementAndGet();
    }
  }

  /** Each context takes memory of the device. */
  private UnifiedMemoryDriver contextsOf(long bytes) {
    return new ForwardingDriver(contexts) {
      @Override
      public MemoryInfo memoryInfo() {
        MemoryInfo info = super.memoryInfo();
        return new MemoryInfo(info.freeBytes() - contexts.open() * bytes, info.totalBytes());
      }
    };
  }

  private SpillwayConfig config(UnifiedMemoryDriver driver) {
    return SpillwayConfig.builder()
        .driver(driver)
        .deviceBudget(Long.toString(LAYERS * LAYER / 3 * 2))
        .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
        .plugins(List.of(new Auto(new MoveSizing(LAYER, 2))))
        .background(thread)
        .build();
  }

  /** Reads all layers again and again; returns the engine's state at the end. */
  private String run(UnifiedMemoryDriver driver) {
    try (Spillway spillway = Spillway.open(config(driver));
        Allocation weights = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "weights")) {
      simulation.hostTouch(weights.range(), TouchKind.WRITE);
      weights.readMostly();
      return new CyclicProgram(simulation, TouchKind.READ, 1).run(spillway, weights, LAYER, LAPS);
    }
  }

  @Test
  void twoCallsAreUnderWayAtATime() {
    CountDownLatch both = new CountDownLatch(2);
    inFetch =
        () -> {
          both.countDown();
          try { // the first waits for the second; where there never is one, this ends it
            assertThat(both.await(30, TimeUnit.SECONDS)).as("another call beside it").isTrue();
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };

    assertThat(run(contextsOf(ByteSize.MIB))).startsWith("on");

    assertThat(mostCalling).hasValue(2);
    assertThat(fetching).containsExactly("spillway-fetch");
  }

  @Test
  void everyLaunchFindsItsDataThere() {
    assertThat(run(contextsOf(ByteSize.MIB))).startsWith("on");

    assertThat(simulation.counters().faults()).isZero();
  }

  @Test
  void tasksOfOthersHaveTheirTurnHoweverLaunchesCome() {
    try (Spillway spillway = Spillway.open(config(contextsOf(ByteSize.MIB)));
        Allocation weights = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "weights")) {
      CountDownLatch turn = new CountDownLatch(1);
      for (int i = 0; turn.getCount() > 0; i++) { // for ever, if its turn never comes
        if (i == LAYERS) {
          thread.execute(turn::countDown);
        }
        try (var scope = spillway.launch("layer", i % LAYERS)) {
          scope.reads(weights, i % LAYERS * LAYER, LAYER);
        }
      }
    }
  }

  @Test
  void contextsThatTakeMuchOfTheDeviceAreNotOpenedTwice() {
    assertThat(run(contextsOf(simulation.device().totalBytes() / 40))).startsWith("on");

    assertThat(contexts.opened()).isOne();
    assertThat(mostCalling).hasValue(1);
    assertThat(simulation.counters().faults()).isZero();
  }

  @Test
  void whereASecondContextIsRefusedThereIsOne() {
    injecting.fail("openSibling", 2, CudaStatus.OUT_OF_MEMORY);

    assertThat(run(contextsOf(ByteSize.MIB))).startsWith("on");

    assertThat(mostCalling).hasValue(1);
  }

  @Test
  void aLaneThatFailsSwitchesTheEngineOffAndNoLaunchWaitsForIt() {
    AtomicInteger calls = new AtomicInteger();
    inFetch =
        () -> {
          if (calls.incrementAndGet() == LAYERS) {
            throw new IllegalStateException("lane gone");
          }
        };

    long start = System.nanoTime();
    assertThat(run(contextsOf(ByteSize.MIB))).isEqualTo("off: lane gone");

    assertThat(System.nanoTime() - start).isLessThan(Waits.STANDARD.launch());
    assertThat(simulation.counters().faults()).as("the program went on").isPositive();
  }
}
