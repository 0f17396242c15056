package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.Advice;
import io.spillway.driver.EventHandle;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.TouchKind;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * A trial of accessing something in place ends while a launch that found it so is declared and not
 * issued: it still has to find it so.
 */
@Timeout(60) // seconds
final class EndOfTrialTest {

  private static final long LAYER = 64 * ByteSize.MIB;
  private static final int LAYERS = 12;
  private static final long BUDGET = LAYERS * LAYER / 3 * 2;
  private static final int LAUNCHES = 20;

  /** Too often for what is in place. */
  private static final int PASSES = 200;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final ExecutorService background = Executors.newSingleThreadExecutor();
  private final ExecutorService elsewhere = Executors.newSingleThreadExecutor();

  /** Ranges that the device was told to access in place no longer. */
  private final AtomicInteger ended = new AtomicInteger();

  /** Those of them that the launch that goes ahead would fault in. */
  private final AtomicInteger wrong = new AtomicInteger();

  /** Whether a launch was declared and is not issued. */
  private volatile boolean goesAhead;

  /** Behind the launches issued last, in turn. */
  private final List<EventHandle> events =
      List.of(simulation.createEvent(), simulation.createEvent());

  @AfterEach
  void close() {
    elsewhere.close();
    background.close();
    simulation.close();
  }

  private UnifiedMemoryDriver watched() {
    return new ForwardingDriver(simulation) {
      @Override
      public UnifiedMemoryDriver openSibling() {
        return new ForwardingDriver(super.openSibling()) {
          @Override
          public void advise(AddressRange range, Advice advice, Location location) {
            if (advice == Advice.UNSET_ACCESSED_BY) {
              ended.incrementAndGet();
              boolean faults = simulation.residentBytes(range) < range.bytes();
              if (faults && (goesAhead || !events.stream().allMatch(simulation::isComplete))) {
                wrong.incrementAndGet();
              }
            }
            super.advise(range, advice, location);
          }
        };
      }
    };
  }

  /** Another thread launches something, and all is done that there is to do about it. */
  private void launchElsewhere(Spillway spillway, Allocation other) throws Exception {
    elsewhere
        .submit(
            () -> {
              try (var scope = spillway.launch("other", 0)) {
                scope.reads(other, 0, other.range().bytes());
              }
            })
        .get();
    settle();
  }

  private void settle() throws ExecutionException, InterruptedException {
    background.submit(() -> {}).get();
  }

  @Test
  void aLaunchThatFoundItsDataInPlaceDoesNotFaultItIn() throws Exception {
    run(launch -> simulation.await(last(launch)));
  }

  @Test
  void norDoesOneThatIsInItsStreamAndHasNotRun() throws Exception {
    run(launch -> simulation.await(last(launch + 1))); // the one before
  }

  private EventHandle last(int launch) {
    return events.get(launch % events.size());
  }

  /**
   * Launches the same again and again.
   *
   * @param then done after each, of which it is given the number
   */
  private void run(IntConsumer then) throws Exception {
    SpillwayConfig config =
        SpillwayConfig.builder()
            .driver(watched())
            .deviceBudget(Long.toString(BUDGET))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(new Auto(new MoveSizing(LAYER, 2))))
            .background(background)
            .build();
    try (Spillway spillway = Spillway.open(config);
        Allocation other = spillway.allocate(ByteSize.MIB, Placement.MANAGED, "other");
        Allocation written = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "written")) {
      simulation.hostTouch(written.range(), TouchKind.WRITE);
      for (int i = 0; i < LAUNCHES; i++) {
        try (var scope = spillway.launch("all", 0)) {
          scope.updates(written, 0, LAYERS * LAYER);
          goesAhead = true;
          launchElsewhere(spillway, other);
          goesAhead = false;
          simulation.launch(
              SimulatedKernel.of(
                  "all", new Access(written.range(), TouchKind.READ_WRITE, PASSES, 1)),
              StreamHandle.DEFAULT);
          simulation.record(last(i), StreamHandle.DEFAULT);
        }
        settle();
        then.accept(i);
      }
    }
    assertThat(ended).hasPositiveValue();
    assertThat(wrong).hasValue(0);
  }
}
