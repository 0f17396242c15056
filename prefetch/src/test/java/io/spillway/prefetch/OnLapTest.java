package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.TouchKind;
import io.spillway.prefetch.move.Mover;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The engine that waits for a lap: nothing before, and all of it after. */
final class OnLapTest {

  private static final long LAYER = 64 * ByteSize.MIB;
  private static final int LAYERS = 24;
  private static final long BUDGET = LAYERS * LAYER / 2;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);

  @AfterEach
  void nothingIsLeft() {
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
  }

  private Spillway open(SessionPlugin plugin, Executor background) {
    return open(driver, plugin, background);
  }

  private static Spillway open(
      UnifiedMemoryDriver driver, SessionPlugin plugin, Executor background) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(driver)
            .deviceBudget(Long.toString(BUDGET))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(plugin))
            .background(background)
            .build());
  }

  private Spillway open() {
    return open(new OnLap(), simulation.hostThread("mover"));
  }

  private Allocation weights(Spillway spillway, int layers) {
    Allocation weights = spillway.allocate(layers * LAYER, Placement.MANAGED, "weights");
    simulation.hostTouch(weights.range(), TouchKind.WRITE);
    return weights;
  }

  private void read(Spillway spillway, Allocation weights, int layer) {
    AddressRange range = weights.range().slice(layer * LAYER, LAYER);
    try (var scope = spillway.launch("layer", 0).reads(weights, layer * LAYER, LAYER)) {
      assertThat(scope).isNotNull();
      simulation.launch(
          SimulatedKernel.of("layer", new Access(range, TouchKind.READ, 20, 1)),
          StreamHandle.DEFAULT);
    }
  }

  private void laps(Spillway spillway, Allocation weights, int laps) {
    for (int i = 0; i < laps * LAYERS; i++) {
      read(spillway, weights, i % LAYERS);
    }
  }

  private static String state(Spillway spillway) {
    return spillway.statistics().plugins().getOrDefault("on-lap", "");
  }

  @Test
  void untilALapHasComeTwiceNobodyIsAskedForAnything() {
    try (Spillway spillway = open();
        Allocation weights = weights(spillway, LAYERS)) {
      laps(spillway, weights, 2);

      assertThat(state(spillway)).isEqualTo("waits for a lap, 48 launches seen");
      assertThat(spillway.statistics().mostResidentBytes()).as("nobody keeps account").isEmpty();
      assertThat(driver.calls("openSibling")).isZero();
      assertThat(driver.calls("record")).isZero();
      assertThat(driver.calls("prefetch")).isZero();
      assertThat(driver.calls("advise")).isZero();
    }
  }

  @Test
  void onceALapHasComeTwiceTheNextOnesAreFetchedAhead() {
    try (Spillway spillway = open();
        Allocation weights = weights(spillway, LAYERS).readMostly()) {
      laps(spillway, weights, 3);
      assertThat(state(spillway)).startsWith("since a lap of 24 launches, on, ");
      assertThat(driver.calls("openSibling")).as("to fetch with").isEqualTo(Mover.LANES);
      SimulationCounters before = simulation.counters();

      laps(spillway, weights, 1);

      assertThat(simulation.counters().faults()).isEqualTo(before.faults());
      assertThat(spillway.statistics().mostResidentBytes())
          .as("when it took over, what launches had brought in")
          .hasValue(LAYERS * LAYER);
      assertThat(simulation.counters().bytesIn() - before.bytesIn())
          .as("what does not stay")
          .isBetween(BUDGET - LAYER, BUDGET + 4 * LAYER);
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(BUDGET);
    }
  }

  /** What an engine that saw all of it from the first takes for the fourth lap. */
  @Test
  void theLapAfterThatCostsWhatItCostsAnEngineThatWasThereFromTheStart() {
    long[] nanos = new long[2];
    List<SessionPlugin> plugins = List.of(new Auto(), new OnLap());
    for (int i = 0; i < nanos.length; i++) {
      try (Spillway spillway = open(plugins.get(i), simulation.hostThread("mover " + i));
          Allocation weights = weights(spillway, LAYERS).readMostly()) {
        laps(spillway, weights, 4);
        simulation.synchronize(StreamHandle.DEFAULT);
        long start = simulation.clock().nanoTime();
        laps(spillway, weights, 1);
        simulation.synchronize(StreamHandle.DEFAULT);
        nanos[i] = simulation.clock().nanoTime() - start;
      }
    }
    assertThat((double) nanos[1] / nanos[0]).isBetween(0.97, 1.03);
  }

  /** Time, traffic and calls of a program, by the driver's own count. */
  private record Run(long nanos, SimulationCounters counters, List<Long> calls) {}

  private Run withoutLaps(SessionPlugin... plugins) {
    SimulatedDriver fresh = SimulatedDriver.open(GpuModel.h200());
    FaultInjectingDriver counted = new FaultInjectingDriver(fresh);
    try (Spillway spillway =
            Spillway.open(
                SpillwayConfig.builder()
                    .driver(counted)
                    .deviceBudget(Long.toString(BUDGET))
                    .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
                    .plugins(List.of(plugins))
                    .background(fresh.hostThread("mover"))
                    .build());
        Allocation weights = spillway.allocate(LAYERS * LAYER, Placement.MANAGED, "weights")) {
      fresh.hostTouch(weights.range(), TouchKind.WRITE);
      long start = fresh.clock().nanoTime();
      Random random = new Random(5);
      for (int i = 0; i < 400; i++) {
        int layer = random.nextInt(LAYERS);
        try (var scope = spillway.launch("layer", i).reads(weights, layer * LAYER, LAYER)) {
          assertThat(scope).isNotNull();
          fresh.launch(
              SimulatedKernel.of(
                  "layer",
                  new Access(weights.range().slice(layer * LAYER, LAYER), TouchKind.READ, 1, 1)),
              StreamHandle.DEFAULT);
        }
      }
      fresh.synchronize(StreamHandle.DEFAULT);
      List<Long> calls =
          List.of("openSibling", "createStream", "createEvent", "record", "prefetch", "advise")
              .stream()
              .map(counted::calls)
              .toList();
      return new Run(fresh.clock().nanoTime() - start, fresh.counters(), calls);
    }
  }

  @Test
  void aProgramWithoutLapsRunsAsWithoutIt() {
    assertThat(withoutLaps(new OnLap())).isEqualTo(withoutLaps());
  }

  @Test
  void whereThereIsRoomForAllNobodyLooksAtLaunches() {
    try (Spillway spillway = open();
        Allocation weights = weights(spillway, LAYERS / 2)) {
      for (int i = 0; i < 6 * LAYERS; i++) {
        read(spillway, weights, i % (LAYERS / 2));
      }
      assertThat(spillway.interception().listening()).isFalse();
      assertThat(state(spillway)).isEqualTo("waits: there is room for all that is managed");
      try (Allocation more = weights(spillway, 1)) {
        assertThat(more.managed()).isTrue();
        assertThat(spillway.interception().listening()).isTrue();
      }
      assertThat(spillway.interception().listening()).isFalse();

      spillway.resizeBudget(DeviceBudget.ofBytes(BUDGET / 2));
      assertThat(spillway.interception().listening()).isTrue();
      for (int i = 0; i < 3 * LAYERS; i++) {
        read(spillway, weights, i % (LAYERS / 2));
      }
      assertThat(state(spillway)).startsWith("since a lap of 12 launches, on, ");
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(BUDGET / 2);
    }
  }

  /** What is freed while the engine is being opened is not in its books. */
  @Test
  void launchesGoOnWhileTheEngineIsOpened() {
    HeldUp later = new HeldUp(simulation.hostThread("mover"));
    try (Spillway spillway = open(new OnLap(), later);
        Allocation weights = weights(spillway, LAYERS)) {
      Allocation gone = weights(spillway, 1);
      for (int lap = 0; lap < 4; lap++) {
        laps(spillway, weights, 1);
        read(spillway, gone, 0);
      }
      assertThat(later.tasks).as("it is asked for once").hasSize(1);
      assertThat(state(spillway)).startsWith("waits for a lap, ");
      gone.close();
      later.letGo();

      laps(spillway, weights, 4);

      assertThat(state(spillway)).startsWith("since a lap of ");
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(BUDGET);
    }
  }

  private boolean anyContextIsOpen() {
    return driver.leaks().stream().anyMatch(leak -> leak.contains("sibling"));
  }

  /** A thread that does nothing as long as it is held up, as it is at first. */
  private static final class HeldUp implements Executor {
    private final Executor thread;
    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private boolean held = true;

    HeldUp(Executor thread) {
      this.thread = thread;
    }

    @Override
    public void execute(Runnable task) {
      if (held) {
        tasks.add(task);
      } else {
        thread.execute(task);
      }
    }

    void hold() {
      held = true;
    }

    void letGo() {
      held = false;
      while (!tasks.isEmpty()) {
        thread.execute(tasks.remove());
      }
    }
  }

  /** Its contexts take memory of the device. */
  @Test
  void anEngineThatIsNotNeededAfterAllIsClosedAndOpenedAgainWithTheNextLap() {
    HeldUp background = new HeldUp(simulation.hostThread("mover"));
    try (Spillway spillway = open(new OnLap(), background);
        Allocation weights = weights(spillway, LAYERS / 2)) {
      for (boolean opensBefore : List.of(true, false)) {
        background.hold();
        Allocation more = weights(spillway, LAYERS);
        laps(spillway, more, 3);
        assertThat(background.tasks).hasSize(1);
        if (opensBefore) {
          background.letGo();
          assertThat(anyContextIsOpen()).isTrue();
        }

        more.close(); // all fits again

        background.letGo();
        assertThat(anyContextIsOpen()).as("opened before: %s", opensBefore).isFalse();
        assertThat(state(spillway)).startsWith("waits for a lap, ");
      }
      try (Allocation more = weights(spillway, LAYERS)) {
        laps(spillway, more, 3);
        assertThat(state(spillway)).startsWith("since a lap of 24 launches, on, ");
        assertThat(anyContextIsOpen()).isTrue();
      }
      assertThat(weights.managed()).isTrue();
    }
    assertThat(anyContextIsOpen()).isFalse();
  }

  /** A program whose memory comes and goes would have one opened and closed each time. */
  @Test
  void anEngineThatIsNotNeededTwiceIsKept() {
    HeldUp background = new HeldUp(simulation.hostThread("mover"));
    try (Spillway spillway = open(new OnLap(), background)) {
      for (boolean kept : List.of(false, false, true)) {
        background.hold();
        Allocation more = weights(spillway, LAYERS);
        laps(spillway, more, 3);
        background.letGo();
        assertThat(anyContextIsOpen()).isTrue();

        more.close();

        assertThat(anyContextIsOpen()).isEqualTo(kept);
        assertThat(state(spillway)).startsWith("waits for a lap, ");
      }
    }
    assertThat(anyContextIsOpen()).isFalse();
  }

  @Test
  void anEngineThatWasOpenedForALapThatNeverCameAgainIsClosedWhenNobodyLooksAnyMore() {
    int mostWatched = 200;
    SessionPlugin impatient =
        new NamedPlugin(
            "on-lap",
            context -> new LapWatch(context, MoveSizing.STANDARD, Waits.STANDARD, mostWatched));
    HeldUp background = new HeldUp(simulation.hostThread("mover"));
    try (Spillway spillway = open(impatient, background);
        Allocation weights = weights(spillway, LAYERS)) {
      laps(spillway, weights, 3);
      background.letGo();
      assertThat(anyContextIsOpen()).isTrue();
      int[] strides = {5, 7, 11, 13, 17, 19}; // each goes over all layers, in an order of its own
      for (int i = 0; i < mostWatched - 3 * LAYERS; i++) {
        read(spillway, weights, (LAYERS / 2 + i * strides[i / LAYERS]) % LAYERS);
      }
      assertThat(state(spillway)).isEqualTo("no lap in 200 launches");
      assertThat(anyContextIsOpen()).isFalse();
    }
  }

  /** The session's driver must not be closed before the engine's contexts are. */
  @Test
  @Timeout(60) // seconds
  void whatIsBeingClosedIsAwaitedAtTheEnd() throws InterruptedException {
    Deque<Runnable> closing = new ArrayDeque<>();
    ForwardingDriver closesLater =
        new ForwardingDriver(driver) {
          @Override
          public Optional<Executor> virtualThread(String name) {
            return name.equals("spillway-close")
                ? Optional.of(closing::add)
                : super.virtualThread(name);
          }
        };
    HeldUp background = new HeldUp(simulation.hostThread("mover"));
    Spillway spillway = open(closesLater, new OnLap(), background);
    Allocation weights = weights(spillway, LAYERS);
    laps(spillway, weights, 3);
    background.letGo();
    weights.close();
    assertThat(closing).hasSize(1);
    Thread ending = Thread.ofPlatform().start(spillway::close);

    while (ending.isAlive() && ending.getState() != Thread.State.WAITING) {
      Thread.onSpinWait();
    }

    assertThat(ending.isAlive()).as("it waits").isTrue();
    closing.remove().run();
    ending.join();
    assertThat(anyContextIsOpen()).isFalse();
  }

  @Test
  void anEngineThatCannotBeOpenedLeavesLaunchesAlone() {
    driver.fail("createStream", 2, CudaStatus.OUT_OF_MEMORY); // after the session's own
    try (Spillway spillway = open();
        Allocation weights = weights(spillway, LAYERS)) {
      laps(spillway, weights, 4);

      assertThat(state(spillway)).startsWith("off: ");
      assertThat(spillway.interception().listening()).isFalse();
      assertThat(driver.calls("prefetch")).isZero();
    }
  }

  @Test
  void afterTooManyLaunchesWithoutALapNobodyLooksAnyMore() {
    SessionPlugin impatient =
        new NamedPlugin(
            "on-lap", context -> new LapWatch(context, MoveSizing.STANDARD, Waits.STANDARD, 200));
    try (Spillway spillway = open(impatient, simulation.hostThread("mover"));
        Allocation weights = weights(spillway, LAYERS)) {
      Random random = new Random(7);
      for (int i = 0; i < 200; i++) {
        assertThat(spillway.interception().listening()).isTrue();
        read(spillway, weights, random.nextInt(LAYERS));
      }
      assertThat(spillway.interception().listening()).isFalse();
      assertThat(state(spillway)).isEqualTo("no lap in 200 launches");
      laps(spillway, weights, 3);
      assertThat(driver.calls("openSibling")).isZero();
    }
  }
}
