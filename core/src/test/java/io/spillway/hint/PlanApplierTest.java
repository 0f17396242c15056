package io.spillway.hint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.allocate.AllocationRequest;
import io.spillway.allocate.Allocator;
import io.spillway.allocate.HostMemoryGuard;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.Placement;
import io.spillway.driver.Advice;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.FaultInjectingDriver;
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
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What reaches the driver of a plan, asked of the simulated driver itself. */
final class PlanApplierTest {

  private static final long PIECE = 4 * Blocks.BYTES;

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);
  private Allocator allocator;
  private PlanApplier applier;
  private LiveAllocation weights;

  @BeforeEach
  void open() {
    allocator =
        Allocator.builder(driver).hostMemoryGuard(HostMemoryGuard.ofBytes(ByteSize.GIB)).build();
    applier = new PlanApplier(driver, allocator.ledger(), PIECE);
    weights = allocate(16 * Blocks.BYTES);
  }

  @AfterEach
  void nothingIsLeft() {
    allocator.close();
    assertThat(driver.leaks()).isEmpty();
    simulation.close();
  }

  private LiveAllocation allocate(long bytes) {
    return allocator.allocate(new AllocationRequest(bytes, Placement.MANAGED, "weights"));
  }

  private PlanOutcome apply(Hint... hints) {
    return applier.apply(Plan.of(hints), StreamHandle.DEFAULT);
  }

  private AddressRange blocks(int first, int count) {
    return weights.range().slice(first * Blocks.BYTES, count * Blocks.BYTES);
  }

  private void read(AddressRange range) {
    simulation.launch(SimulatedKernel.of("read", Access.read(range)), StreamHandle.DEFAULT);
  }

  @Test
  void fetchesTheBlocksTouchedInPieces() {
    AddressRange inside = weights.range().slice(Blocks.BYTES + 100, 8 * Blocks.BYTES);

    PlanOutcome outcome = apply(new Hint.Fetch(inside));

    assertThat(outcome).isEqualTo(new PlanOutcome(3, 0, 0, 9 * Blocks.BYTES, List.of()));
    assertThat(driver.calls("prefetch")).isEqualTo(3);
    assertThat(simulation.residentBytes(blocks(1, 9))).isEqualTo(9 * Blocks.BYTES);
    assertThat(simulation.residentBytes(blocks(10, 6))).isZero();
    assertThat(simulation.residentBytes(blocks(0, 1))).isZero();
  }

  @Test
  void adviceReachesOnlyTheBlocksWhollyInside() {
    apply(new Hint.ReadMostly(weights.range().slice(100, 3 * Blocks.BYTES)));

    assertThat(simulation.attributes(blocks(0, 1)).readMostly()).isFalse();
    assertThat(simulation.attributes(blocks(1, 2)).readMostly()).isTrue();
    assertThat(simulation.attributes(blocks(3, 1)).readMostly()).isFalse();
  }

  @Test
  void aHintSmallerThanABlockOrOutsideLiveMemoryDoesNothing() {
    AddressRange small = weights.range().slice(100, 100);
    AddressRange nowhere = new AddressRange(weights.range().end() + (1L << 40), Blocks.BYTES);

    assertThat(apply(new Hint.ReadMostly(small))).isEqualTo(new PlanOutcome(0, 0, 1, 0, List.of()));
    assertThat(apply(new Hint.Fetch(nowhere))).isEqualTo(new PlanOutcome(0, 0, 1, 0, List.of()));
    assertThat(applier.statistics().of(HintKind.FETCH).clippedAway()).isEqualTo(1);
  }

  /** A drop that was refused half-way leaves it open whether the range is still read-mostly. */
  @Test
  void whatADropThatWasRefusedLeftBehindLeavesByTheNextEviction() {
    AddressRange range = blocks(0, 4);
    for (long nth = 1; nth <= 2; nth++) {
      apply(new Hint.Prefer(range, Location.HOST), new Hint.ReadMostly(range));
      apply(new Hint.Fetch(range));
      driver.fail("advise", nth, CudaStatus.NOT_SUPPORTED);
      assertThat(apply(new Hint.Evict(range)).refused()).isOne();
      assertThat(applier.readInPlace(range)).isFalse();
      assertThat(applier.mayBeReadMostly(weights, range)).isTrue();

      assertThat(apply(new Hint.Evict(range)).refused()).isZero();

      assertThat(simulation.residentBytes(range)).as("call %d refused", nth).isZero();
      assertThat(simulation.attributes(range).readMostly()).isFalse();
      assertThat(applier.mayBeReadMostly(weights, range)).isFalse();
    }
  }

  @Test
  void plainDeviceMemoryIsLeftAlone() {
    LiveAllocation plain =
        allocator.allocate(new AllocationRequest(8 * Blocks.BYTES, Placement.DEVICE, ""));

    assertThat(apply(new Hint.Fetch(plain.range())).applied()).isZero();
    assertThat(driver.calls("prefetch")).isZero();
  }

  @Test
  void dropsFreeTheDeviceCopyWithoutATransfer() {
    AddressRange all = weights.range();
    simulation.hostTouch(all, TouchKind.WRITE);
    apply(new Hint.Prefer(all, Location.HOST), new Hint.ReadMostly(all));
    read(all);
    assertThat(simulation.residentBytes(all)).isEqualTo(all.bytes());
    long in = simulation.counters().bytesIn();

    PlanOutcome outcome = apply(new Hint.Drop(blocks(0, 12)));

    assertThat(outcome).isEqualTo(new PlanOutcome(1, 0, 0, 12 * Blocks.BYTES, List.of()));
    assertThat(simulation.residentBytes(all)).isEqualTo(4 * Blocks.BYTES);
    assertThat(simulation.counters().bytesIn()).isEqualTo(in);
    assertThat(simulation.counters().bytesOut()).isZero();
    assertThat(simulation.attributes(all).readMostly()).isTrue();
  }

  @Test
  void dropsAreNotAttemptedWithoutPreferringTheHost() {
    apply(new Hint.ReadMostly(weights.range()));
    read(weights.range());
    long advice = driver.calls("advise");

    PlanOutcome outcome = apply(new Hint.Drop(weights.range()));

    assertThat(outcome).isEqualTo(new PlanOutcome(0, 0, 1, 0, List.of()));
    assertThat(driver.calls("advise")).isEqualTo(advice);
    assertThat(applier.droppable(weights.range())).isFalse();
  }

  @Test
  void dropsReachOnlyThePartsThatAreBothReadMostlyAndPreferTheHost() {
    apply(
        new Hint.Prefer(blocks(0, 3), Location.HOST),
        new Hint.Prefer(blocks(5, 4), Location.HOST),
        new Hint.ReadMostly(blocks(2, 5)));

    assertThat(applier.droppable(blocks(2, 1))).isTrue();
    assertThat(applier.droppable(blocks(5, 2))).isTrue();
    assertThat(applier.droppable(blocks(2, 5))).isFalse();
    assertThat(apply(new Hint.Drop(weights.range())))
        .isEqualTo(new PlanOutcome(2, 0, 0, 3 * Blocks.BYTES, List.of()));
  }

  @Test
  void preferringADeviceOrNothingEndsDroppability() {
    AddressRange all = weights.range();
    apply(new Hint.Prefer(all, Location.HOST), new Hint.ReadMostly(all));

    apply(new Hint.Prefer(blocks(0, 1), driver.device().location()));
    apply(new Hint.PreferNowhere(blocks(1, 1)));
    apply(new Hint.NotReadMostly(blocks(2, 1)));

    assertThat(applier.droppable(blocks(0, 1))).isFalse();
    assertThat(applier.droppable(blocks(1, 1))).isFalse();
    assertThat(applier.droppable(blocks(2, 1))).isFalse();
    assertThat(applier.droppable(blocks(3, 13))).isTrue();
  }

  @Test
  void anExpectedWriteTakesReadMostlyBackWhereItTouches() {
    AddressRange all = weights.range();
    apply(new Hint.Prefer(all, Location.HOST), new Hint.ReadMostly(all));

    applier.expectWrite(all.slice(Blocks.BYTES + 5, Blocks.BYTES));

    assertThat(simulation.attributes(blocks(1, 2)).readMostly()).isFalse();
    assertThat(simulation.attributes(blocks(1, 2)).preferredLocation()).isEqualTo(Optional.empty());
    assertThat(simulation.attributes(blocks(0, 1)).readMostly()).isTrue();
    assertThat(simulation.attributes(blocks(3, 13)).readMostly()).isTrue();
  }

  @Test
  void adviceThatTheDriverDoesNotTakeBackIsNotSaidToBeTakenBack() {
    AddressRange some = blocks(2, 4);
    apply(new Hint.ReadMostly(some));
    driver.fail("advise", 1, CudaStatus.NOT_SUPPORTED);

    assertThat(applier.expectWrite(some).hints()).containsExactly(new Hint.PreferNowhere(some));

    assertThat(applier.statistics().of(HintKind.NOT_READ_MOSTLY).refused()).isEqualTo(1);
  }

  @Test
  void aRefusedHintIsCountedAndTheRestOfThePlanGoesOn() {
    driver.fail("prefetch", 2, CudaStatus.NOT_SUPPORTED);

    PlanOutcome outcome =
        apply(new Hint.Fetch(blocks(0, 12)), new Hint.Prefer(blocks(0, 1), Location.HOST));

    assertThat(outcome)
        .isEqualTo(new PlanOutcome(3, 1, 0, 9 * Blocks.BYTES, List.of(blocks(4, 4))));
    assertThat(outcome.complete()).isFalse();
    assertThat(applier.statistics().of(HintKind.FETCH).refused()).isEqualTo(1);
    assertThat(applier.statistics().refused()).isEqualTo(1);
  }

  @Test
  void aDropThatFailsHalfwayIsNotTakenForReadMostlyAnyMore() {
    AddressRange all = weights.range();
    apply(new Hint.Prefer(all, Location.HOST), new Hint.ReadMostly(all));
    driver.fail("advise", 2, CudaStatus.INVALID_VALUE);

    assertThat(apply(new Hint.Drop(all)).refused()).isEqualTo(1);

    assertThat(simulation.attributes(all).readMostly()).isFalse();
    assertThat(applier.droppable(all)).isFalse();
  }

  @Test
  void adviceDiesWithItsAllocation() {
    AddressRange all = weights.range();
    apply(new Hint.Prefer(all, Location.HOST), new Hint.ReadMostly(all));
    allocator.free(all.address());
    applier.forget(weights);

    weights = allocate(16 * Blocks.BYTES);

    assertThat(applier.droppable(weights.range())).isFalse();
    assertThat(applier.droppable(all)).isFalse();
    assertThat(apply(new Hint.Drop(weights.range())).applied()).isZero();
  }

  @Test
  void oneHintMaySpanSeveralAllocations() {
    LiveAllocation second = allocate(4 * Blocks.BYTES);
    long start = Math.min(weights.range().address(), second.range().address());
    long end = Math.max(weights.range().end(), second.range().end());

    apply(new Hint.Fetch(new AddressRange(start, end - start)));

    assertThat(simulation.residentBytes(weights.range())).isEqualTo(16 * Blocks.BYTES);
    assertThat(simulation.residentBytes(second.range())).isEqualTo(4 * Blocks.BYTES);
  }

  @Test
  void discardedDataIsNotWrittenBack() {
    simulation.launch(
        SimulatedKernel.of("write", Access.write(weights.range())), StreamHandle.DEFAULT);

    StreamHandle stream = driver.createStream(); // no batches in the default one
    applier.apply(
        Plan.of(new Hint.Discard(weights.range()), new Hint.WriteBack(weights.range())), stream);
    driver.destroyStream(stream);

    assertThat(simulation.counters().bytesOut()).isZero();
    assertThat(simulation.residentBytes(weights.range())).isZero();
  }

  @Test
  void evictingDropsWhatCanBeDroppedAndWritesBackTheRest() {
    AddressRange all = weights.range();
    simulation.hostTouch(all, TouchKind.WRITE);
    apply(
        new Hint.Prefer(blocks(0, 6), Location.HOST),
        new Hint.ReadMostly(blocks(0, 6)),
        new Hint.ReadMostly(blocks(6, 4)));
    read(all);

    PlanOutcome outcome = apply(new Hint.Evict(all));

    assertThat(outcome.refused()).isZero();
    assertThat(simulation.residentBytes(all)).isZero();
    HintStatistics statistics = applier.statistics();
    assertThat(statistics.of(HintKind.DROP).bytes()).isEqualTo(6 * Blocks.BYTES);
    assertThat(statistics.of(HintKind.WRITE_BACK).bytes()).isEqualTo(10 * Blocks.BYTES);
    assertThat(simulation.attributes(blocks(0, 6)).readMostly()).isTrue();
    assertThat(simulation.attributes(blocks(6, 4)).readMostly()).isFalse();
  }

  private AddressRange onTheDeviceAlone(AddressRange range) {
    simulation.hostTouch(range, TouchKind.WRITE);
    apply(new Hint.Fetch(range));
    return range;
  }

  @Test
  void whatLeavesReadMostlyIsCopiedOnceAndDroppedFromThenOn() {
    AddressRange range = onTheDeviceAlone(blocks(0, 6));

    assertThat(apply(new Hint.EvictReadMostly(range)).complete()).isTrue();

    assertThat(simulation.residentBytes(range)).isZero();
    assertThat(simulation.attributes(range).readMostly()).isTrue();
    assertThat(simulation.counters().bytesOut()).isEqualTo(range.bytes());
    assertThat(applier.droppable(range)).isTrue();
    for (int again = 0; again < 2; again++) {
      apply(new Hint.Fetch(range));
      assertThat(simulation.residentBytes(range)).isEqualTo(range.bytes());
      assertThat(apply(new Hint.EvictReadMostly(range)).complete()).isTrue();
      assertThat(simulation.residentBytes(range)).isZero();
    }
    assertThat(simulation.counters().bytesOut()).as("never again").isEqualTo(range.bytes());
  }

  @Test
  void onlyWhatIsNotReadMostlyYetIsCopiedAndPartsOfBlocksLeaveAsTheyAre() {
    apply(new Hint.ReadMostly(blocks(0, 2)), new Hint.Prefer(blocks(0, 2), Location.HOST));
    onTheDeviceAlone(blocks(0, 5));
    AddressRange range = weights.range().slice(0, 4 * Blocks.BYTES + 100);

    assertThat(apply(new Hint.EvictReadMostly(range)).complete()).isTrue();

    assertThat(simulation.residentBytes(blocks(0, 5))).isZero();
    assertThat(simulation.attributes(blocks(0, 4)).readMostly()).isTrue();
    assertThat(simulation.attributes(blocks(4, 1)).readMostly()).isFalse();
    assertThat(simulation.counters().bytesOut()).isEqualTo(3 * Blocks.BYTES);
  }

  @Test
  void whatTheDriverDoesNotMakeReadMostlyIsWrittenBack() {
    for (long nth = 1; nth <= 2; nth++) {
      AddressRange range = onTheDeviceAlone(blocks(0, 4));
      driver.fail("advise", nth, CudaStatus.NOT_SUPPORTED);

      assertThat(apply(new Hint.EvictReadMostly(range)).complete()).as("it left").isTrue();

      assertThat(simulation.residentBytes(range)).as("advice %d refused", nth).isZero();
      assertThat(simulation.attributes(range).readMostly()).isFalse();
      assertThat(applier.mayBeReadMostly(weights, range)).isFalse();
      assertThat(applier.readInPlace(range)).as("nobody wished that").isFalse();
    }
    assertThat(applier.statistics().of(HintKind.READ_MOSTLY).refused()).isOne();
    assertThat(applier.statistics().of(HintKind.PREFER).refused()).isOne();
  }

  @Test
  void whatCannotBeCopiedToTheHostStaysAndIsNotSaidToHaveLeft() {
    for (String call : List.of("prefetch", "synchronize")) {
      AddressRange range = onTheDeviceAlone(blocks(0, 4));
      driver.fail(call, 1, CudaStatus.OUT_OF_MEMORY);

      PlanOutcome outcome = apply(new Hint.EvictReadMostly(range));

      assertThat(outcome.refused()).as(call).isOne();
      assertThat(outcome.unchanged()).as("the copy, and so the eviction").containsOnly(range);
      assertThat(simulation.residentBytes(range)).as(call).isEqualTo(range.bytes());
      assertThat(applier.statistics().of(HintKind.DROP).applied()).isZero();
    }
    assertThat(apply(new Hint.Evict(blocks(0, 4))).complete()).isTrue();
    assertThat(simulation.residentBytes(blocks(0, 4))).as("the next time it does").isZero();
  }

  @Test
  void whatPrefersTheHostAndIsNotReadMostlyIsReadInPlace() {
    apply(new Hint.Prefer(blocks(0, 8), Location.HOST), new Hint.ReadMostly(blocks(0, 2)));

    assertThat(applier.readInPlace(blocks(2, 6))).isTrue();
    assertThat(applier.readInPlace(blocks(1, 2))).isFalse();
    assertThat(applier.readInPlace(blocks(7, 2))).isFalse();
  }

  /** A drop unsets and sets read-mostly; a write announced between the two must still win. */
  @Test
  void anExpectedWriteWinsAgainstADropUnderWay() throws Exception {
    CountDownLatch unset = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    PlanApplier slowApplier = heldUpInDrops(unset, goOn);
    AddressRange all = weights.range();
    slowApplier.apply(
        Plan.of(new Hint.Prefer(all, Location.HOST), new Hint.ReadMostly(all)),
        StreamHandle.DEFAULT);
    Thread dropping =
        Thread.ofPlatform()
            .start(() -> slowApplier.apply(Plan.of(new Hint.Drop(all)), StreamHandle.DEFAULT));
    unset.await();
    Thread writing = Thread.ofPlatform().start(() -> slowApplier.expectWrite(all));
    while (writing.getState() != Thread.State.BLOCKED
        && writing.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    dropping.join();
    writing.join();

    assertThat(simulation.attributes(all).readMostly()).isFalse();
  }

  @Test
  @Timeout(60) // seconds; it takes milliseconds, and for ever if they do wait
  void launchingThreadsDoNotWaitForADropUnderWay() throws Exception {
    CountDownLatch unset = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    PlanApplier slowApplier = heldUpInDrops(unset, goOn);
    AddressRange front = weights.range().slice(0, Blocks.BYTES);
    AddressRange back = weights.range().slice(Blocks.BYTES, Blocks.BYTES);
    slowApplier.apply(
        Plan.of(new Hint.Prefer(front, Location.HOST), new Hint.ReadMostly(front)),
        StreamHandle.DEFAULT);
    Thread dropping =
        Thread.ofPlatform()
            .start(() -> slowApplier.apply(Plan.of(new Hint.Drop(front)), StreamHandle.DEFAULT));
    unset.await();

    // On this thread, which would wait for ever.
    assertThat(slowApplier.readInPlace(front)).as("being dropped is not yet in place").isFalse();
    assertThat(slowApplier.expectWrite(back).isEmpty()).isTrue();

    goOn.countDown();
    dropping.join();
    assertThat(slowApplier.expectWrite(front).hints())
        .containsExactly(new Hint.NotReadMostly(front), new Hint.PreferNowhere(front));
    assertThat(slowApplier.expectWrite(front).isEmpty()).as("taken back already").isTrue();
  }

  /** Its drops stop between unsetting read-mostly and setting it again, until {@code goOn}. */
  private PlanApplier heldUpInDrops(CountDownLatch unset, CountDownLatch goOn) {
    UnifiedMemoryDriver slow =
        new ForwardingDriver(driver) {
          @Override
          public void advise(AddressRange range, Advice advice, Location location) {
            super.advise(range, advice, location);
            if (advice == Advice.UNSET_READ_MOSTLY) {
              unset.countDown();
              awaitQuietly(goOn);
            }
          }
        };
    return new PlanApplier(slow, allocator.ledger(), PIECE);
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void piecesAreWholeBlocks() {
    assertThatThrownBy(() -> new PlanApplier(driver, allocator.ledger(), ByteSize.MIB))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "fetch piece of 1048576 bytes: must be a positive multiple of 2097152 (one block)");
  }
}
