package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Interception;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.EventHandle;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.NanoClock;
import io.spillway.driver.OwnContexts;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * The driver holds up launches while it is asked about others: it is asked once the one that was
 * told of is issued. Time stands still, so that the mover waits for as long as that takes.
 */
@Timeout(60) // seconds
final class LaunchUnderWayTest {

  private static final long LAYER = 64 * ByteSize.MIB;

  /** So often in a row nobody looks at the clock who does not wait by it. */
  private static final int READINGS = 100;

  private static final String MOVER = "mover-under-test";

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(task -> new Thread(task, MOVER));
  private final ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
  private int launches;

  /** Whether a launch has been told of, and is not issued. */
  private volatile boolean underWay;

  /** Open once the mover waits for it, or does not. */
  private final CountDownLatch decided = new CountDownLatch(READINGS);

  /** What the mover does when it asks about a launch while none is under way. */
  private volatile Runnable asking = () -> {};

  @AfterEach
  void close() {
    thread.close();
    simulation.close();
  }

  private static boolean byMover() {
    return Thread.currentThread().getName().equals(MOVER);
  }

  /** Sees when the mover asks about launches, and when it looks at the clock. */
  private final class Asked extends ForwardingDriver {
    Asked() {
      super(OwnContexts.withRealThreads(simulation, (_, _, move) -> move.run()));
    }

    @Override
    public NanoClock clock() {
      return () -> {
        if (underWay && byMover()) {
          decided.countDown();
        }
        return 0;
      };
    }

    @Override
    public boolean isComplete(EventHandle event) {
      if (byMover()) {
        if (underWay) {
          wrong.add("asked while a launch is under way");
          for (int i = 0; i < READINGS; i++) {
            decided.countDown();
          }
        } else {
          asking.run();
        }
      }
      return super.isComplete(event);
    }
  }

  private Spillway open() {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(new Asked())
            .deviceBudget(Long.toString(4 * LAYER))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(new Auto(new MoveSizing(LAYER, 2))))
            .background(thread)
            .build());
  }

  private Launch declare(Interception session, AddressRange range) {
    Launch launch = session.launch("layer", launches++, StreamHandle.DEFAULT);
    session.declare(launch, List.of(new RangeAccess(range, AccessKind.READ)), true);
    return launch;
  }

  /** It runs as long as no time goes by. */
  private void issue(Interception session, Launch launch, AddressRange range) {
    simulation.launch(
        SimulatedKernel.of("layer", Access.read(range)).withComputeNanos(1_000_000_000),
        StreamHandle.DEFAULT);
    underWay = false;
    session.issued(launch);
  }

  private void launchesAndIdles(Interception session, AddressRange... ranges) throws Exception {
    for (AddressRange range : ranges) {
      issue(session, declare(session, range), range);
    }
    thread.submit(() -> {}).get(); // what was told is heard
  }

  @Test
  void theDriverIsNotAskedAboutLaunchesThatMayBeDone() throws Exception {
    try (Spillway spillway = open();
        Allocation data = spillway.allocate(LAYER, Placement.MANAGED, "data")) {
      Interception session = spillway.interception();
      launchesAndIdles(session, data.range());

      underWay = true;
      Launch launch = declare(session, data.range());
      data.fetch(); // wakes the mover
      decided.await();
      issue(session, launch, data.range());
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void norAboutThoseThatUseWhatIsToLeave() throws Exception {
    try (Spillway spillway = open();
        Allocation stays = spillway.allocate(LAYER, Placement.MANAGED, "stays");
        Allocation leaves = spillway.allocate(LAYER, Placement.MANAGED, "leaves")) {
      Interception session = spillway.interception();
      launchesAndIdles(session, stays.range(), leaves.range());

      CountDownLatch asked = new CountDownLatch(1);
      CountDownLatch told = new CountDownLatch(1);
      asking =
          () -> {
            asked.countDown();
            await(told);
          };
      spillway.resizeBudget(DeviceBudget.parse(Long.toString(LAYER))); // wakes the mover
      asked.await();
      asking = () -> {};
      Launch launch = declare(session, stays.range());
      underWay = true;
      told.countDown();
      decided.await();
      issue(session, launch, stays.range());
    }
    assertThat(wrong).isEmpty();
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
