package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.Allocation;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.UpcomingLaunch;
import io.spillway.access.AccessKind;
import io.spillway.access.Launch;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.DeviceBudget;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.Placement;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.Access;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulatedKernel;
import io.spillway.driver.sim.SimulationCounters;
import io.spillway.driver.sim.TouchKind;
import io.spillway.hint.Hint;
import io.spillway.hint.HintKind;
import io.spillway.hint.HintStatistics;
import io.spillway.hint.Plan;
import io.spillway.prefetch.govern.Rest;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The engine on the simulated driver: how near it comes to what the driver's own moves take. */
final class PredictiveEngineTest {

  private static final long LAYER = 128 * ByteSize.MIB;
  private static final int LAYERS = 48;
  private static final int READS = 20;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
  private long mostResidentBytes;

  @AfterEach
  void nothingIsLeft() {
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
  }

  private Spillway open(long budgetBytes, SessionPlugin plugin, Executor background) {
    return Spillway.open(
        SpillwayConfig.builder()
            .driver(driver)
            .deviceBudget(Long.toString(budgetBytes))
            .hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.TIB))
            .plugins(List.of(plugin))
            .background(background)
            .build());
  }

  private Spillway open(long budgetBytes) {
    return open(budgetBytes, new Auto(), simulation.hostThread("mover"));
  }

  private Allocation weights(Spillway spillway, int layers) {
    Allocation weights = spillway.allocate(layers * LAYER, Placement.MANAGED, "weights");
    simulation.hostTouch(weights.range(), TouchKind.WRITE);
    return weights;
  }

  /** Launches one kernel over the parts of some allocations that begin at {@code offset}. */
  private void launch(Spillway spillway, String label, int reads, Touch... touches) {
    List<Access> accesses = new ArrayList<>();
    try (var scope = spillway.launch(label, 0)) {
      for (Touch touch : touches) {
        switch (touch.kind) {
          case READ -> scope.reads(touch.of, touch.offset, LAYER);
          case WRITE -> scope.writes(touch.of, touch.offset, LAYER);
          default -> scope.updates(touch.of, touch.offset, LAYER);
        }
        accesses.add(new Access(touch.range(), touch.kind, reads, 1));
      }
      simulation.launch(
          SimulatedKernel.of(label, accesses.toArray(Access[]::new)), StreamHandle.DEFAULT);
    }
    for (Touch touch : touches) {
      mostResidentBytes = Math.max(mostResidentBytes, simulation.residentBytes(touch.of.range()));
    }
  }

  private record Touch(Allocation of, long offset, TouchKind kind) {
    AddressRange range() {
      return of.range().slice(offset, LAYER);
    }

    static Touch read(Allocation of, int layer) {
      return new Touch(of, layer * LAYER, TouchKind.READ);
    }
  }

  private double seconds(Runnable work) {
    simulation.synchronize(StreamHandle.DEFAULT);
    long start = simulation.clock().nanoTime();
    work.run();
    simulation.synchronize(StreamHandle.DEFAULT);
    return (simulation.clock().nanoTime() - start) * 1e-9;
  }

  private void pass(Spillway spillway, Allocation weights, int layers) {
    for (int layer = 0; layer < layers; layer++) {
      launch(spillway, "layer", READS, Touch.read(weights, layer));
    }
  }

  /**
   * What the driver's moves take at least for bytes that come in and are dropped again, at their
   * measured rates: the link of a prefetch, slower while kernels run, and the drops, which hold the
   * moves up.
   */
  private static double leastSeconds(long bytesIn, double kernelSeconds) {
    GpuModel model = GpuModel.h200();
    double link = bytesIn / (model.prefetchLinkGBps() * 1e9);
    double slowed =
        Math.min(kernelSeconds, link)
            * (1 - model.prefetchOverlapGBps() / model.prefetchLinkGBps());
    double drops = 2e-9 * model.adviseBlockNanos() * bytesIn / Blocks.BYTES;
    return Math.max(kernelSeconds, link + slowed + drops);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.1, 1.5, 2, 3, 5})
  void aCyclicLapTakesLittleMoreThanTheMovesItNeeds(double ratio) {
    long budget = Blocks.floor((long) (LAYERS * LAYER / ratio));
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, LAYERS).readMostly()) {
      for (int lap = 0; lap < 4; lap++) {
        pass(spillway, weights, LAYERS);
      }
      long before = simulation.counters().bytesIn();

      double lap = seconds(() -> pass(spillway, weights, LAYERS));

      long in = simulation.counters().bytesIn() - before;
      long needed = LAYERS * LAYER - budget;
      GpuModel model = GpuModel.h200();
      double kernels =
          LAYERS
              * READS
              * (LAYER / (model.deviceReadGBps() * 1e9) + model.kernelPassNanos() * 1e-9);
      double least = leastSeconds(needed, kernels);
      assertThat(mostResidentBytes).isLessThanOrEqualTo(budget);
      assertThat(in).isBetween(needed - LAYER, needed + 4 * LAYER);
      assertThat(least / lap).isGreaterThan(0.9);
      assertThat(simulation.counters().faults()).isZero();
      assertThat(simulation.counters().bytesOut()).isZero();
    }
  }

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

  /** The first layer that is read-mostly by now: what stays does not become so. */
  private AddressRange foundToBeOnlyRead(Allocation weights) {
    return IntStream.range(0, LAYERS)
        .mapToObj(layer -> weights.range().slice(layer * LAYER, LAYER))
        .filter(layer -> simulation.attributes(layer).readMostly())
        .findFirst()
        .orElseThrow(() -> new AssertionError("nothing was found to be only read"));
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

  @Test
  void launchesThatAreNamedAtOnceAreFetchedBeforeTheyAreDeclared() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 24).readMostly()) {
      Random random = new Random(3);
      for (int i = 0; i < 20; i++) {
        launch(spillway, "expert", 1, Touch.read(weights, random.nextInt(24)));
      }
      List<UpcomingLaunch> chosen =
          List.of(3, 17, 11).stream()
              .map(each -> UpcomingLaunch.of("expert").reads(weights, each * LAYER, LAYER))
              .toList();

      spillway.upcoming(chosen);

      for (long expert : List.of(3, 17, 11)) {
        assertThat(simulation.residentBytes(weights.range().slice(expert * LAYER, LAYER)))
            .isEqualTo(LAYER);
      }
    }
  }

  @Test
  void whatIsNamedButCannotBeMovedTakesNoRoom() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation plain = spillway.allocate(LAYER, Placement.DEVICE, "plain")) {
      Allocation gone = weights(spillway, 4);
      List<UpcomingLaunch> named =
          List.of(
              UpcomingLaunch.of("gone").reads(gone, 0, 4 * LAYER),
              UpcomingLaunch.of("plain").reads(plain, 0, LAYER));
      gone.close();
      try (Allocation weights = weights(spillway, 7).readMostly()) {
        pass(spillway, weights, 7);

        spillway.upcoming(named);
        pass(spillway, weights, 7);

        assertThat(spillway.statistics().fetchedBytes()).isEqualTo(7 * LAYER);
        assertThat(spillway.statistics().droppedBytes()).isZero();
      }
    }
  }

  /** Forward and backward each miss what did not fit beside what they turned around at. */
  private static long missedInAStep(int layers, long budgetBytes) {
    return 2 * (2 * layers * LAYER - budgetBytes);
  }

  /**
   * What it takes at least that so many bytes go to the host and come back: both directions share
   * the driver's lock, and the way out is slower than the link.
   */
  private static double goneAndComeSeconds(long bytes) {
    GpuModel model = GpuModel.h200();
    return bytes / (model.prefetchLinkGBps() * 1e9)
        + bytes / Blocks.BYTES * model.toHostDeferredBlockNanos() * 1e-9;
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.5, 2, 3})
  void aTrainingStepTakesLittleMoreThanTheMovesItNeeds(double ratio) {
    int layers = 24;
    long budget = Blocks.floor((long) (2 * layers * LAYER / ratio));
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers);
        Allocation activations = weights(spillway, layers)) {
      for (int step = 0; step < 4; step++) {
        trainingStep(spillway, weights, activations, layers, 4);
      }
      int steps = 8; // in one of which it may find that something had better move after all
      double all =
          seconds(
              () -> {
                for (int step = 0; step < steps; step++) {
                  trainingStep(spillway, weights, activations, layers, 4);
                }
              });

      assertThat(steps * goneAndComeSeconds(missedInAStep(layers, budget)) / all)
          .isGreaterThan(0.9);
      assertThat(mostResidentBytes).isLessThanOrEqualTo(budget);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.5, 2, 3})
  void whatIsGoneOverOnceAndWouldBeWrittenBackIsAccessedOnTheHost(double ratio) {
    int layers = 24;
    long budget = Blocks.floor((long) (2 * layers * LAYER / ratio));
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers);
        Allocation activations = weights(spillway, layers)) {
      for (int step = 0; step < 14; step++) {
        trainingStep(spillway, weights, activations, layers, 1);
      }
      SimulationCounters before = simulation.counters();

      double step = seconds(() -> trainingStep(spillway, weights, activations, layers, 1));

      SimulationCounters after = simulation.counters();
      double goneAndCome = goneAndComeSeconds(missedInAStep(layers, budget));
      assertThat(step).isLessThan(0.5 * goneAndCome);
      assertThat(after.zeroCopyBytes() - before.zeroCopyBytes()).isPositive();
      assertThat(after.prefetchBytesOut() - before.prefetchBytesOut()).isZero();
      assertThat(after.faults()).isEqualTo(before.faults());
      assertThat(mostResidentBytes).isLessThanOrEqualTo(budget);
    }
  }

  private void readAll(Spillway spillway, Allocation weights, int layers, int reads) {
    for (int layer = 0; layer < layers; layer++) {
      launch(spillway, "layer", reads, Touch.read(weights, layer));
    }
  }

  /** What can be dropped is fetched until that has cost as much more as telling the driver does. */
  @Test
  void whatIsOnlyReadAndOnceALapIsReadInPlaceWhereLapsWaitForTheLink() {
    int layers = 24;
    long budget = layers * LAYER / 2;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers).readMostly()) {
      for (int lap = 0; lap < 5; lap++) {
        readAll(spillway, weights, layers, 1);
      }
      double fetched = seconds(() -> readAll(spillway, weights, layers, 1));
      for (int lap = 0; lap < 30; lap++) {
        readAll(spillway, weights, layers, 1);
      }
      readsInPlace(spillway, weights, layers, budget, 0.9 * fetched);
    }
  }

  /** What would have to be copied to the host first is left there at once. */
  @Test
  void whatTurnsOutToBeOnlyReadAndOnceALapIsReadInPlaceFromTheFourthLapOn() {
    int layers = 24;
    long budget = layers * LAYER / 2;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers)) {
      for (int lap = 0; lap < 3; lap++) {
        readAll(spillway, weights, layers, 1);
      }
      double fetching = leastSeconds(layers * LAYER - budget, 0);
      readsInPlace(spillway, weights, layers, budget, fetching);

      double written =
          seconds(
              () -> {
                for (int layer = 0; layer < layers; layer++) {
                  launch(
                      spillway, "rewrite", 1, new Touch(weights, layer * LAYER, TouchKind.WRITE));
                }
              });
      assertThat(written).as("nothing is duplicated that is in place").isLessThan(4 * fetching);
    }
  }

  /** Filled by launches, so that it is there, has to be written back, and is tried in place. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2, READS})
  void whatWasTriedInPlaceAndMovesAfterAllLeavesFreeFromThenOn(int reads) {
    int layers = 24;
    try (Spillway spillway = open(layers * LAYER / 3);
        Allocation weights = spillway.allocate(layers * LAYER, Placement.MANAGED, "weights")) {
      for (int layer = 0; layer < layers; layer++) {
        launch(spillway, "fill", 1, new Touch(weights, layer * LAYER, TouchKind.WRITE));
      }
      for (int lap = 0; lap < 6; lap++) {
        readAll(spillway, weights, layers, reads);
      }
      long before = simulation.counters().bytesOut();
      for (int lap = 0; lap < 4; lap++) {
        readAll(spillway, weights, layers, reads);
      }
      assertThat(simulation.counters().bytesOut() - before).isZero();
    }
  }

  private void readsInPlace(
      Spillway spillway, Allocation weights, int layers, long budget, double mostSeconds) {
    SimulationCounters before = simulation.counters();
    double inPlace = seconds(() -> readAll(spillway, weights, layers, 1));
    SimulationCounters after = simulation.counters();

    assertThat(after.bytesIn() - before.bytesIn()).isZero();
    assertThat(after.zeroCopyBytes() - before.zeroCopyBytes())
        .isBetween(layers * LAYER - budget, layers * LAYER - budget + 2 * LAYER);
    assertThat(inPlace).isLessThan(mostSeconds);
    assertThat(mostResidentBytes).isLessThanOrEqualTo(budget);
  }

  /** Fetching costs one crossing of the link a lap, reading in place as many as there are reads. */
  @ParameterizedTest
  @ValueSource(ints = {2, 5, READS})
  void whatIsOnlyReadButOftenIsFetchedAndFindingOutCostsLittle(int reads) {
    int layers = 24;
    long budget = layers * LAYER / 2;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers)) {
      for (int lap = 0; lap < 5; lap++) {
        readAll(spillway, weights, layers, reads);
      }
      double fetched = seconds(() -> readAll(spillway, weights, layers, reads));
      int laps = 60;
      double all =
          seconds(
              () -> {
                for (int lap = 0; lap < laps; lap++) {
                  readAll(spillway, weights, layers, reads);
                }
              });
      assertThat(all / laps).isLessThan(1.04 * fetched);
    }
  }

  /** In place, each of twenty passes would cross the link. */
  @Test
  void whatIsGoneOverAgainAndAgainIsMoved() {
    int layers = 24;
    long budget = layers * LAYER;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, layers);
        Allocation activations = weights(spillway, layers)) {
      double[] steps = new double[6];
      for (int step = 0; step < steps.length; step++) {
        steps[step] = seconds(() -> trainingStep(spillway, weights, activations, layers, READS));
      }
      int sites = 2;
      int tries = 2; // the second after a pause
      int launchesOfATry = 3;
      long piece = Math.min(MoveSizing.STANDARD.pieceBytes(), budget / 16);
      assertThat(simulation.counters().zeroCopyBytes())
          .isLessThanOrEqualTo(sites * tries * launchesOfATry * READS * piece);
      assertThat(steps[5]).isLessThanOrEqualTo(1.1 * steps[2]);
    }
  }

  private void trainingStep(
      Spillway spillway, Allocation weights, Allocation activations, int layers, int reads) {
    for (int i = 0; i < layers; i++) {
      launch(
          spillway,
          "forward",
          reads,
          Touch.read(weights, i),
          new Touch(activations, i * LAYER, TouchKind.WRITE));
    }
    for (int i = layers - 1; i >= 0; i--) {
      launch(
          spillway,
          "backward",
          reads,
          Touch.read(activations, i),
          new Touch(weights, i * LAYER, TouchKind.READ_WRITE));
    }
  }

  private double random(SessionPlugin plugin, double ratio, boolean readMostly) {
    int layers = 24;
    long budget = Blocks.floor((long) (layers * LAYER / ratio));
    Random random = new Random(5);
    try (Spillway spillway = open(budget, plugin, simulation.hostThread("mover"));
        Allocation weights = weights(spillway, layers)) {
      if (readMostly) {
        weights.readMostly();
      }
      return seconds(
          () -> {
            for (int i = 0; i < 600; i++) {
              launch(spillway, "layer", 4, Touch.read(weights, random.nextInt(layers)));
            }
          });
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1.1, 2, 5})
  void randomAccessIsNeverSlowerThanFaults(double ratio) {
    for (boolean readMostly : new boolean[] {true, false}) {
      double faults = random(new OnDemand(), ratio, readMostly);
      double engine = random(new Auto(), ratio, readMostly);
      assertThat(engine).isLessThan(1.02 * faults);
    }
  }

  @Test
  void everythingStaysWhenItFits() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      for (int lap = 0; lap < 5; lap++) {
        pass(spillway, weights, 8);
      }
      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(8 * LAYER);
      assertThat(spillway.statistics().droppedBytes()).isZero();
    }
  }

  private static String state(Spillway spillway) {
    return String.valueOf(spillway.statistics().plugins().get("auto"));
  }

  /** Fits, is there, and has been for longer than the engine looks at it. */
  private void rests(Spillway spillway, Allocation weights, int layers) {
    for (int lap = 0; lap < 2 + 2 * Rest.QUIET_LAUNCHES / layers; lap++) {
      pass(spillway, weights, layers);
      simulation.synchronize(StreamHandle.DEFAULT); // what comes has come
    }
    assertThat(state(spillway)).endsWith("; at rest, since all is there and fits");
  }

  @Test
  void whereAllIsThereAndFitsNobodyIsToldOfLaunches() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      pass(spillway, weights, 8);
      assertThat(state(spillway)).doesNotContain("at rest");
      rests(spillway, weights, 8);
      long calls = driver.calls("record") + driver.calls("streamWait") + driver.calls("prefetch");
      pass(spillway, weights, 8);
      assertThat(driver.calls("record") + driver.calls("streamWait") + driver.calls("prefetch"))
          .isEqualTo(calls);
    }
  }

  @Test
  void whatIsAllocatedWhileItRestsIsFetchedAndPredictedAgain() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 6).readMostly()) {
      rests(spillway, weights, 6);
      try (Allocation more = weights(spillway, 6).readMostly()) {
        for (int lap = 0; lap < 6; lap++) {
          pass(spillway, weights, 6);
          pass(spillway, more, 6);
        }
        assertThat(state(spillway)).doesNotContain("at rest");
        assertThat(simulation.counters().faults()).isZero();
        assertThat(mostResidentBytes).isLessThanOrEqualTo(8 * LAYER);
        assertThat(spillway.statistics().fetchedBytes()).isGreaterThan(12 * LAYER);
      }
      rests(spillway, weights, 6);
    }
  }

  /** What such a launch uses that was there does not make room for what is new. */
  @Test
  void aLaunchThatEndsTheRestKeepsAllThatItUses() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      rests(spillway, weights, 8);
      try (Allocation more = weights(spillway, 3).readMostly();
          var scope =
              spillway.launch("both", 0).reads(weights, 0, LAYER).reads(more, 0, 3 * LAYER)) {
        assertThat(scope).isNotNull();
        assertThat(simulation.residentBytes(weights.range().slice(0, LAYER))).isEqualTo(LAYER);
        assertThat(simulation.residentBytes(more.range())).isEqualTo(3 * LAYER);
        assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(5 * LAYER);
      }
    }
  }

  @Test
  void launchesWaitForWhatTheProgramFetchesWhileItRests() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 6).readMostly();
        Allocation more = weights(spillway, 1)) {
      rests(spillway, weights, 6);
      more.fetch();
      long before = driver.calls("streamWait");
      launch(spillway, "layer", 1, Touch.read(more, 0));
      assertThat(driver.calls("streamWait")).isGreaterThan(before);
    }
  }

  @Test
  void aBudgetThatShrinksWhileItRestsIsKept() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      rests(spillway, weights, 8);
      spillway.resizeBudget(DeviceBudget.ofBytes(4 * LAYER));
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(4 * LAYER);
      pass(spillway, weights, 8);
      assertThat(state(spillway)).doesNotContain("at rest");
    }
  }

  @Test
  void aWriteWhileItRestsTakesReadMostlyBackFirst() {
    try (Spillway spillway = open(LAYERS * LAYER / 3);
        Allocation weights = weights(spillway, LAYERS)) {
      for (int lap = 0; lap < 5; lap++) {
        pass(spillway, weights, LAYERS);
      }
      AddressRange found = foundToBeOnlyRead(weights);
      spillway.resizeBudget(DeviceBudget.ofBytes(LAYERS * LAYER));
      rests(spillway, weights, LAYERS);

      var session = spillway.interception();
      var launch = session.launch("unknown", 0, StreamHandle.DEFAULT);
      session.declare(launch, List.of(new RangeAccess(found, AccessKind.UNKNOWN)), true);

      assertThat(simulation.attributes(found).readMostly()).isFalse();
      session.issued(launch);
      assertThat(state(spillway)).doesNotContain("at rest");
    }
  }

  @Test
  void aLaunchLargerThanTheBudgetIsLeftToFaultsAndTheBudgetIsKeptAfterwards() {
    try (Spillway spillway = open(4 * LAYER);
        Allocation weights = weights(spillway, 12).readMostly()) {
      try (var scope = spillway.launch("all", 0).reads(weights)) {
        assertThat(scope).isNotNull();
        simulation.launch(
            SimulatedKernel.of("all", Access.read(weights.range())), StreamHandle.DEFAULT);
      }
      assertThat(spillway.statistics().fetchedBytes()).isZero();
      simulation.synchronize(StreamHandle.DEFAULT);
      launch(spillway, "layer", 1, Touch.read(weights, 0));
      assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(4 * LAYER);
    }
  }

  @Test
  void freedMemoryLeavesTheAccount() {
    try (Spillway spillway = open(4 * LAYER)) {
      for (int i = 0; i < 6; i++) {
        try (Allocation weights = weights(spillway, 3)) {
          pass(spillway, weights, 3);
        }
      }
      assertThat(spillway.statistics().writtenBackBytes()).isZero();
    }
  }

  @Test
  void anotherPhaseIsFollowedWithinTwoOfItsLaps() {
    long budget = LAYERS * LAYER / 2;
    try (Spillway spillway = open(budget);
        Allocation weights = weights(spillway, LAYERS).readMostly()) {
      for (int lap = 0; lap < 3; lap++) {
        pass(spillway, weights, LAYERS);
      }
      Runnable backwards =
          () -> {
            for (int layer = LAYERS - 2; layer >= 0; layer -= 2) {
              launch(spillway, "other", READS, Touch.read(weights, layer));
            }
          };
      backwards.run();
      backwards.run();
      long before = simulation.counters().bytesIn();
      backwards.run();
      assertThat(simulation.counters().bytesIn() - before).as("half of it fits").isZero();
    }
  }

  @Test
  void aDriverFailureSwitchesItOffAndTheProgramGoesOn() {
    try (Spillway spillway = open(4 * LAYER);
        Allocation weights = weights(spillway, 12).readMostly()) {
      driver.fail("record", 1, CudaStatus.INVALID_HANDLE);
      pass(spillway, weights, 12);
      pass(spillway, weights, 12);
      assertThat(spillway.statistics().plugins().get("auto")).startsWith("off: ");
    }
  }

  @Test
  void aRefusedFetchOrDropLeavesTheBudgetKept() {
    try (Spillway spillway = open(4 * LAYER);
        Allocation weights = weights(spillway, 12)) {
      pass(spillway, weights, 12);
      driver.fail("prefetch", 5, CudaStatus.OUT_OF_MEMORY);
      pass(spillway, weights, 12);
      pass(spillway, weights, 12);
      assertThat(spillway.statistics().plugins().get("auto")).startsWith("on");
    }
  }

  @Test
  void whatTheProgramMovesItselfIsInTheAccount() {
    try (Spillway spillway = open(8 * LAYER);
        Allocation weights = weights(spillway, 8).readMostly()) {
      pass(spillway, weights, 8);
      spillway.apply(Plan.of(new Hint.Drop(weights.range())));
      pass(spillway, weights, 8);
      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(2 * 8 * LAYER);
    }
  }

  @Test
  void aSmallerBudgetIsKeptWithinASecondAndALargerOneUsed() {
    for (SessionPlugin plugin : List.of(new Auto(), new OneAhead())) {
      try (Spillway spillway = open(8 * LAYER, plugin, simulation.hostThread("mover"));
          Allocation weights = weights(spillway, 8)) {
        pass(spillway, weights, 8);
        assertThat(simulation.residentBytes(weights.range())).isEqualTo(8 * LAYER);
        long start = simulation.clock().nanoTime();

        spillway.resizeBudget(DeviceBudget.ofBytes(3 * LAYER));

        assertThat(simulation.residentBytes(weights.range()))
            .as(plugin.name())
            .isBetween(2 * LAYER, 3 * LAYER);
        assertThat(simulation.clock().nanoTime() - start).isLessThan(1_000_000_000L);
        pass(spillway, weights, 8);
        assertThat(simulation.residentBytes(weights.range())).isLessThanOrEqualTo(3 * LAYER);

        spillway.resizeBudget(DeviceBudget.ofBytes(8 * LAYER));
        pass(spillway, weights, 8);
        assertThat(simulation.residentBytes(weights.range())).isEqualTo(8 * LAYER);
      }
    }
  }

  @Test
  void launchesThatRunFarAheadOfTheMoverDoNotSwitchItOff() {
    List<Runnable> later = new ArrayList<>();
    AtomicBoolean busy = new AtomicBoolean();
    Executor mover = simulation.hostThread("mover");
    Executor background =
        task -> {
          if (busy.get()) {
            later.add(task);
          } else {
            mover.execute(task);
          }
        };
    try (Spillway spillway = open(8 * LAYER, new Auto(), background);
        Allocation weights = weights(spillway, 8).readMostly()) {
      Allocation freed = weights(spillway, 4);
      pass(spillway, weights, 8);
      busy.set(true);
      for (int lap = 0; lap < 1_200; lap++) { // 19,200 messages, of which 16,384 find room
        pass(spillway, weights, 8);
      }
      freed.close();
      busy.set(false);
      later.forEach(mover::execute);

      pass(spillway, weights, 8);

      assertThat(spillway.statistics().plugins().get("auto"))
          .startsWith("on, FULL")
          .doesNotEndWith("not heard of 0");
      assertThat(spillway.statistics().fetchedBytes()).isEqualTo(8 * LAYER);
      assertThat(simulation.counters().faults()).isZero();
    }
  }

  @Test
  void launchesOfSeveralThreadsGoThroughOneBackgroundThread() throws Exception {
    try (ExecutorService background = Executors.newSingleThreadExecutor();
        ExecutorService programs = Executors.newFixedThreadPool(4);
        Spillway spillway = open(12 * LAYER, new Auto(), background);
        Allocation weights = weights(spillway, 24).readMostly()) {
      List<java.util.concurrent.Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < 4; thread++) {
        int first = thread * 6;
        all.add(
            programs.submit(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    spillway
                        .launch("part" + first, 0)
                        .reads(weights, (first + i % 6) * LAYER, LAYER)
                        .close();
                  }
                }));
      }
      for (var one : all) {
        one.get();
      }
      assertThat(spillway.statistics().plugins().get("auto")).startsWith("on");
    }
  }
}
