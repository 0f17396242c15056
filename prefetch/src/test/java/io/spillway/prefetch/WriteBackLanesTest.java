package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.OwnContexts;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.TouchKind;
import io.spillway.prefetch.move.ContextShare;
import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.WriteBacks;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Write-backs by threads of their own, where a sibling has its own context. */
@Timeout(60) // seconds
final class WriteBackLanesTest {

  private static final long LAYER = 64 * ByteSize.MIB;
  private static final int LAYERS = 12;
  private static final long BUDGET = LAYERS * LAYER / 3 * 2;
  private static final int LAPS = 12;
  private static final int FETCHING = Mover.LANES;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver injecting = new FaultInjectingDriver(simulation);
  private final ExecutorService thread = Executors.newSingleThreadExecutor();

  /** By whom data was sent to the host. */
  private final Set<String> sending = ConcurrentHashMap.newKeySet();

  private final Set<AddressRange> leaving = ConcurrentHashMap.newKeySet();
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();

  /** The most bytes on the device when something has been fetched. */
  private long roomBytes = BUDGET;

  private final AtomicInteger sends = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();

  /** Calls that sent something since one was refused. */
  private final AtomicInteger since = new AtomicInteger();

  private final OwnContexts contexts = OwnContexts.withRealThreads(injecting, this::move);

  /** Run before each call that sends data to the host, by its thread. */
  private volatile Runnable beforeSending = () -> {};

  @AfterEach
  void nothingIsLeft() {
    thread.close();
    assertThat(wrong).isEmpty();
    assertThat(injecting.leaks()).isEmpty();
    assertThat(contexts.open()).isZero();
    simulation.close();
  }

  private void move(AddressRange range, Location target, Runnable move) {
    if (target.equals(Location.HOST)) {
      send(range, move);
      return;
    }
    if (leaving.stream().anyMatch(range::overlaps)) {
      wrong.add(range + " comes before it has left");
    }
    move.run();
    if (simulation.counters().residentBytes() > roomBytes) {
      wrong.add(simulation.counters().residentBytes() + " bytes on the device");
    }
  }

  private void send(AddressRange range, Runnable move) {
    sending.add(Thread.currentThread().getName());
    sends.incrementAndGet();
    leaving.add(range);
    try {
      beforeSending.run();
      move.run();
    } finally {
      leaving.remove(range);
    }
  }

  private SpillwayConfig config() {
    return SpillwayConfig.builder()
        .driver(contexts)
        .deviceBudget(Long.toString(BUDGET))
        .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
        .plugins(List.of(new Auto(new MoveSizing(LAYER, 2))))
        .background(thread)
        .build();
  }

  private static boolean byLane() {
    return Thread.currentThread().getName().equals("spillway-write-back");
  }

  /** Writes all layers again and again, each read once more; returns the engine's state. */
  private String run() {
    return run(() -> true);
  }

  /** The same until lanes have written something back, whenever they come to be open. */
  private String runUntilByLane() {
    return run(() -> sending.contains("spillway-write-back"));
  }

  private String run(BooleanSupplier happened) {
    try (Spillway spillway = Spillway.open(config());
        Allocation written = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "written")) {
      simulation.hostTouch(written.range(), TouchKind.WRITE);
      return new CyclicProgram(simulation, TouchKind.READ_WRITE, 20)
          .run(spillway, written, LAYER, LAPS, happened);
    }
  }

  @Test
  void onceLanesAreOpenTwoCallsSendAtATimeAndNothingComesBeforeItHasLeft() {
    CountDownLatch both = new CountDownLatch(2);
    beforeSending =
        () -> {
          if (!byLane()) {
            return; // lanes are not open yet
          }
          both.countDown();
          try { // the first waits for the second; where there never is one, this ends it
            if (!both.await(30, TimeUnit.SECONDS)) {
              wrong.add("no other call beside it");
            }
          } catch (InterruptedException e) {
            throw new IllegalStateException(e);
          }
        };

    assertThat(runUntilByLane()).startsWith("on");

    assertThat(both.getCount()).as("by lanes").isZero();
  }

  @Test
  void contextsAreNotOpenedBeforeThereIsSomethingToWriteBack() {
    try (Spillway spillway = Spillway.open(config());
        Allocation weights = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "weights")) {
      simulation.hostTouch(weights.range(), TouchKind.WRITE);
      weights.readMostly();
      for (int i = 0; i < LAPS * LAYERS; i++) {
        try (var scope = spillway.launch("layer", i % LAYERS)) {
          scope.reads(weights, i % LAYERS * LAYER, LAYER);
        }
      }
      assertThat(contexts.open()).isEqualTo(FETCHING);
    }
  }

  @Test
  void whereContextsAreRefusedTheMoverWritesBack() {
    injecting.fail("openSibling", FETCHING + 1, CudaStatus.OUT_OF_MEMORY);

    assertThat(run()).startsWith("on");

    assertThat(sends).hasPositiveValue();
    assertThat(sending).doesNotContain("spillway-write-back");
  }

  @Test
  void aLaneThatFailsSwitchesTheEngineOffAndNoLaunchWaitsForIt() {
    roomBytes = Long.MAX_VALUE; // what it did not write back is still there, and the driver evicts
    beforeSending =
        () -> {
          if (byLane()) {
            throw new IllegalStateException("lane gone");
          }
        };

    long start = System.nanoTime();
    assertThat(runUntilByLane()).isEqualTo("off: lane gone");

    assertThat(System.nanoTime() - start).isLessThan(Waits.STANDARD.launch());
  }

  /** Will not let go what some calls are to send. */
  private void refuse(BooleanSupplier refuses) {
    beforeSending =
        () -> {
          since.incrementAndGet();
          if (refuses.getAsBoolean()) {
            refused.incrementAndGet();
            since.set(0);
            throw DriverException.of("refused", CudaStatus.NOT_SUPPORTED, 0, 0);
          }
        };
  }

  /** Whether so many calls were refused, and a lap has gone by since. */
  private boolean wentOnAfter(int refusals) {
    return refused.get() == refusals && since.get() > LAYERS;
  }

  @Test
  void somethingElseLeavesInsteadOfWhatTheDriverWillNotLetGo() {
    Set<Thread> lanes = ConcurrentHashMap.newKeySet();
    refuse(() -> byLane() && lanes.add(Thread.currentThread())); // all of one layer

    String state = run(() -> wentOnAfter(WriteBacks.LANES));

    assertThat(state).startsWith("on");
    assertThat(refused).hasValue(WriteBacks.LANES);
    assertThat(simulation.counters().faults()).as("all that launches lacked came").isZero();
  }

  @Test
  void nothingComesInPlaceOfWhatLeftByHalf() {
    AtomicInteger byLane = new AtomicInteger();
    refuse(() -> byLane() && byLane.getAndIncrement() == 0);

    String state = run(() -> wentOnAfter(1));

    assertThat(state).startsWith("on");
    assertThat(refused).hasValue(1);
  }

  @Test
  void norIfTheMoverWritesBack() {
    injecting.fail("openSibling", FETCHING + 1, CudaStatus.OUT_OF_MEMORY);
    refuse(() -> refused.get() == 0);

    assertThat(run(() -> wentOnAfter(1))).startsWith("on");

    assertThat(refused).hasValue(1);
    assertThat(simulation.counters().faults()).as("all that launches lacked came").isZero();
  }

  @Test
  void aDriverThatLetsNothingGoKeepsNoLaunchWaiting() {
    roomBytes = Long.MAX_VALUE; // launches fault, and the driver evicts

    refuse(() -> true);

    assertThat(runUntilByLane()).contains("waited in vain 0");
  }

  @Test
  void asManyWriteBackAsTheDeviceHasRoomForBesideThoseThatFetch() {
    assertThat(new ContextShare(0).fetching()).isOne();
    assertThat(new ContextShare(0).writingBack()).isZero();
    assertThat(new ContextShare(2).fetching()).isEqualTo(2);
    assertThat(new ContextShare(2).writingBack()).isZero();
    assertThat(new ContextShare(3).writingBack()).isOne();
    assertThat(new ContextShare(100).writingBack()).isEqualTo(WriteBacks.LANES);
    assertThat(ContextShare.of(simulation, 0)).isEqualTo(new ContextShare(11));
    assertThat(ContextShare.of(simulation, simulation.device().totalBytes() / 60).contexts())
        .isEqualTo(2);
  }
}
