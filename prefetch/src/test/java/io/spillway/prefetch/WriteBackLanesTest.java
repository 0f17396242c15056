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
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.SiblingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.TouchKind;
import io.spillway.prefetch.move.ContextShare;
import io.spillway.prefetch.move.Mover;
import io.spillway.prefetch.move.WriteBacks;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
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

  private final AtomicInteger open = new AtomicInteger();

  @AfterEach
  void nothingIsLeft() {
    thread.close();
    assertThat(wrong).isEmpty();
    assertThat(injecting.leaks()).isEmpty();
    assertThat(open).hasValue(0);
    simulation.close();
  }

  /** Its siblings have contexts of their own and real threads. */
  private class Contexts extends ForwardingDriver {

    Contexts() {
      super(injecting);
    }

    /** Run before each call that sends data to the host, by its thread. */
    void sending() {}

    @Override
    public Optional<Executor> virtualThread(String name) {
      return Optional.empty();
    }

    @Override
    public UnifiedMemoryDriver openSibling() {
      UnifiedMemoryDriver sibling = super.openSibling();
      open.incrementAndGet();
      return SiblingDriver.owning(
          new ForwardingDriver(sibling) {
            @Override
            public Optional<Executor> virtualThread(String name) {
              return Optional.empty();
            }

            @Override
            public void prefetch(AddressRange range, Location target, StreamHandle stream) {
              if (target.equals(Location.HOST)) {
                send(range, () -> super.prefetch(range, target, stream));
              } else {
                if (leaving.stream().anyMatch(range::overlaps)) {
                  wrong.add(range + " comes before it has left");
                }
                super.prefetch(range, target, stream);
                if (simulation.counters().residentBytes() > roomBytes) {
                  wrong.add(simulation.counters().residentBytes() + " bytes on the device");
                }
              }
            }

            @Override
            public void close() {
              super.close();
              open.decrementAndGet();
            }
          });
    }

    private void send(AddressRange range, Runnable call) {
      sending.add(Thread.currentThread().getName());
      sends.incrementAndGet();
      leaving.add(range);
      try {
        sending();
        call.run();
      } finally {
        leaving.remove(range);
      }
    }
  }

  private SpillwayConfig config(UnifiedMemoryDriver driver) {
    return SpillwayConfig.builder()
        .driver(driver)
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
  private String run(UnifiedMemoryDriver driver) {
    return run(driver, () -> true);
  }

  /** The same until lanes have written something back, whenever they come to be open. */
  private String runUntilByLane(UnifiedMemoryDriver driver) {
    return run(driver, () -> sending.contains("spillway-write-back"));
  }

  private String run(UnifiedMemoryDriver driver, BooleanSupplier happened) {
    try (Spillway spillway = Spillway.open(config(driver));
        Allocation written = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "written")) {
      simulation.hostTouch(written.range(), TouchKind.WRITE);
      return new CyclicProgram(simulation, TouchKind.READ_WRITE, 20)
          .run(spillway, written, LAYER, LAPS, happened);
    }
  }

  @Test
  void onceLanesAreOpenTwoCallsSendAtATimeAndNothingComesBeforeItHasLeft() {
    CountDownLatch both = new CountDownLatch(2);
    Contexts driver =
        new Contexts() {
          @Override
          void sending() {
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
          }
        };

    assertThat(runUntilByLane(driver)).startsWith("on");

    assertThat(both.getCount()).as("by lanes").isZero();
  }

  @Test
  void contextsAreNotOpenedBeforeThereIsSomethingToWriteBack() {
    try (Spillway spillway = Spillway.open(config(new Contexts()));
        Allocation weights = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "weights")) {
      simulation.hostTouch(weights.range(), TouchKind.WRITE);
      weights.readMostly();
      for (int i = 0; i < LAPS * LAYERS; i++) {
        try (var scope = spillway.launch("layer", i % LAYERS)) {
          scope.reads(weights, i % LAYERS * LAYER, LAYER);
        }
      }
      assertThat(open).hasValue(FETCHING);
    }
  }

  @Test
  void whereContextsAreRefusedTheMoverWritesBack() {
    injecting.fail("openSibling", FETCHING + 1, CudaStatus.OUT_OF_MEMORY);

    assertThat(run(new Contexts())).startsWith("on");

    assertThat(sends).hasPositiveValue();
    assertThat(sending).doesNotContain("spillway-write-back");
  }

  @Test
  void aLaneThatFailsSwitchesTheEngineOffAndNoLaunchWaitsForIt() {
    roomBytes = Long.MAX_VALUE; // what it did not write back is still there, and the driver evicts
    Contexts driver =
        new Contexts() {
          @Override
          void sending() {
            if (byLane()) {
              throw new IllegalStateException("lane gone");
            }
          }
        };

    long start = System.nanoTime();
    assertThat(runUntilByLane(driver)).isEqualTo("off: lane gone");

    assertThat(System.nanoTime() - start).isLessThan(Waits.STANDARD.launch());
  }

  /** Will not let go what some calls are to send. */
  private Contexts refusing(BooleanSupplier refuses) {
    return new Contexts() {
      @Override
      void sending() {
        since.incrementAndGet();
        if (refuses.getAsBoolean()) {
          refused.incrementAndGet();
          since.set(0);
          throw DriverException.of("refused", CudaStatus.NOT_SUPPORTED, 0, 0);
        }
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

    String state =
        run(
            refusing(() -> byLane() && lanes.add(Thread.currentThread())), // all of one layer
            () -> wentOnAfter(WriteBacks.LANES));

    assertThat(state).startsWith("on");
    assertThat(refused).hasValue(WriteBacks.LANES);
    assertThat(simulation.counters().faults()).as("all that launches lacked came").isZero();
  }

  @Test
  void nothingComesInPlaceOfWhatLeftByHalf() {
    AtomicInteger byLane = new AtomicInteger();

    String state =
        run(refusing(() -> byLane() && byLane.getAndIncrement() == 0), () -> wentOnAfter(1));

    assertThat(state).startsWith("on");
    assertThat(refused).hasValue(1);
  }

  @Test
  void norIfTheMoverWritesBack() {
    injecting.fail("openSibling", FETCHING + 1, CudaStatus.OUT_OF_MEMORY);

    assertThat(run(refusing(() -> refused.get() == 0), () -> wentOnAfter(1))).startsWith("on");

    assertThat(refused).hasValue(1);
    assertThat(simulation.counters().faults()).as("all that launches lacked came").isZero();
  }

  @Test
  void aDriverThatLetsNothingGoKeepsNoLaunchWaiting() {
    roomBytes = Long.MAX_VALUE; // launches fault, and the driver evicts

    assertThat(runUntilByLane(refusing(() -> true))).contains("waited in vain 0");
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
