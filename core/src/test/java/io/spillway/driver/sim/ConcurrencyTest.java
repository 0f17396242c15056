package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.Advice;
import io.spillway.driver.EventHandle;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.SimulationEvent.Kernel;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What runs beside what, and what waits for what, on the virtual clock. */
class ConcurrencyTest {

  private static final long BLOCK = Blocks.BYTES;
  private static final long GIB = 1L << 30;
  private static final Location GPU = Location.device(0);
  private static final StreamHandle STREAM = StreamHandle.DEFAULT;

  private final List<Kernel> kernels = new ArrayList<>();
  private final SimulatedDriver driver =
      SimulatedDriver.builder(GpuModel.h200())
          .observer(
              event -> {
                if (event instanceof Kernel kernel) {
                  kernels.add(kernel);
                }
              })
          .open();
  private final StreamHandle one = driver.createStream();
  private final StreamHandle other = driver.createStream();

  private AddressRange filled(int blocks) {
    AddressRange range = driver.allocateManaged(blocks * BLOCK);
    driver.hostTouch(range, TouchKind.WRITE);
    return range;
  }

  private void read(AddressRange range) {
    driver.launch(SimulatedKernel.of("read", Access.read(range)), STREAM);
  }

  private double nanos(Runnable work) {
    long start = driver.clock().nanoTime();
    work.run();
    for (StreamHandle stream : List.of(STREAM, one, other)) {
      driver.synchronize(stream);
    }
    return (double) (driver.clock().nanoTime() - start);
  }

  @Test
  void aHostThreadRunsBesideItsSubmitter() {
    AddressRange range = filled(4);
    HostThread mover = driver.hostThread("mover");
    long before = driver.clock().nanoTime();
    mover.execute(
        () -> {
          driver.prefetch(range, GPU, STREAM);
          driver.synchronize(STREAM);
        });
    assertThat(driver.clock().nanoTime()).isEqualTo(before);
    assertThat(mover.nanoTime()).isGreaterThan(before + 100_000);
    mover.join();
    assertThat(driver.clock().nanoTime()).isEqualTo(mover.nanoTime());
  }

  @Test
  void computingOverlapsWithArrivingData() {
    AddressRange range = driver.allocatePinned(256 << 20);
    long linkNanos = GpuModel.nanos(range.bytes(), driver.model().zeroCopyGBps());
    SimulatedKernel kernel =
        SimulatedKernel.of("overlap", Access.read(range)).withComputeNanos(linkNanos / 2);
    long start = driver.clock().nanoTime();
    driver.launch(kernel, STREAM);
    driver.synchronize(STREAM);
    double taken = driver.clock().nanoTime() - start;
    assertThat(taken / linkNanos).isBetween(1.0, 1.01);
  }

  @Test
  void aKernelLaunchedLaterSlowsThePrefetchesThatFollow() {
    double alone = twoPrefetchesNanos(false);
    double beside = twoPrefetchesNanos(true);
    // The kernel runs for 10 ms beside the first prefetch, which loses 28% of that.
    assertThat(beside - alone).isBetween(2.0e6, 4.0e6);
  }

  private static double twoPrefetchesNanos(boolean withKernel) {
    SimulatedDriver large = SimulatedDriver.open(GpuModel.h200());
    AddressRange range = large.allocateManaged(2L << 30);
    AddressRange plain = large.allocateDevice(4L << 30);
    large.hostTouch(range, TouchKind.WRITE);
    large.advise(range, Advice.SET_READ_MOSTLY, GPU);
    StreamHandle moves = large.createStream();
    long start = large.clock().nanoTime();
    large.prefetch(range.slice(0, 1L << 30), GPU, moves);
    if (withKernel) {
      large.launch(SimulatedKernel.of("busy", Access.read(plain, 10)), large.createStream());
    }
    large.synchronize(moves);
    large.prefetch(range.slice(1L << 30, 1L << 30), GPU, moves);
    large.synchronize(moves);
    return (double) (large.clock().nanoTime() - start);
  }

  @Test
  void copiesOneWayShareTheLinkAndCopiesBothWaysDoNot() {
    AddressRange pinned = driver.allocatePinned(2 * GIB);
    AddressRange device = driver.allocateDevice(2 * GIB);
    AddressRange upper = device.slice(GIB, GIB);
    AddressRange lower = device.slice(0, GIB);
    double alone = nanos(() -> driver.copy(lower, pinned.address(), one));
    double sameWay =
        nanos(
            () -> {
              driver.copy(lower, pinned.address(), one);
              driver.copy(upper, pinned.address() + GIB, other);
            });
    double bothWays =
        nanos(
            () -> {
              driver.copy(lower, pinned.address(), one);
              driver.copy(pinned.slice(GIB, GIB), upper.address(), other);
            });
    assertThat(sameWay / alone).isBetween(1.99, 2.01);
    assertThat(bothWays / alone).isBetween(1.0, 1.1);
  }

  @Test
  void prefetchesOfTwoThreadsShareTheLink() {
    AddressRange range = filled(1024);
    driver.prefetch(range, GPU, one);
    driver.prefetch(range, Location.HOST, one);
    driver.synchronize(one);
    AddressRange lower = range.slice(0, GIB);
    AddressRange upper = range.slice(GIB, GIB);
    double together =
        nanos(
            () -> {
              driver.hostThread("one").execute(() -> driver.prefetch(lower, GPU, one));
              driver.hostThread("other").execute(() -> driver.prefetch(upper, GPU, other));
            });
    double atLinkSpeed = 2 * GIB / driver.model().prefetchLinkGBps();
    assertThat(together).isBetween(atLinkSpeed, 1.05 * atLinkSpeed);
  }

  @Test
  void aPrefetchRunsBesideAKernelThatDoesNotNeedIt() {
    AddressRange range = filled(512);
    AddressRange plain = driver.allocateDevice(8 * GIB);
    SimulatedKernel busy = SimulatedKernel.of("busy", Access.read(plain, 20));
    double kernel = nanos(() -> driver.launch(busy, one));
    driver.prefetch(range, GPU, other);
    double back = nanos(() -> driver.prefetch(range, Location.HOST, other));
    assertThat(back).isPositive();
    double move = nanos(() -> driver.prefetch(range, GPU, other));
    driver.prefetch(range, Location.HOST, other);
    driver.synchronize(other);
    double both =
        nanos(
            () -> {
              driver.prefetch(range, GPU, other);
              driver.launch(busy, one);
            });
    assertThat(both).isBetween(Math.max(kernel, move), 0.9 * (kernel + move));
  }

  @Test
  void kernelsRunOneAfterTheOtherInOrderOfLaunchWhateverTheirStreams() {
    AddressRange plain = driver.allocateDevice(GIB);
    for (int i = 0; i < 6; i++) {
      driver.launch(SimulatedKernel.of("k" + i, Access.read(plain)), i % 2 == 0 ? one : other);
    }
    assertThat(kernels)
        .extracting(Kernel::name)
        .containsExactly("k0", "k1", "k2", "k3", "k4", "k5");
    for (int i = 1; i < 6; i++) {
      assertThat(kernels.get(i).startNanos()).isEqualTo(kernels.get(i - 1).endNanos());
      assertThat(kernels.get(i).stream()).isEqualTo(i % 2 == 0 ? one : other);
    }
  }

  @Test
  void aStreamWaitsForAnEventOfAnother() {
    AddressRange pinned = driver.allocatePinned(GIB);
    AddressRange device = driver.allocateDevice(GIB);
    EventHandle copied = driver.createEvent();
    driver.copy(device, pinned.address(), one);
    driver.record(copied, one);
    driver.streamWait(other, copied);
    driver.launch(SimulatedKernel.of("after", Access.read(device)), other);
    driver.await(copied);
    assertThat(kernels.getFirst().startNanos()).isEqualTo(driver.clock().nanoTime());
  }

  @Test
  void theAccessesOfAKernelShareItsStartUp() {
    AddressRange plain = driver.allocateDevice(16 * BLOCK);
    List<Access> accesses = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      accesses.add(Access.read(plain.slice(i * BLOCK, BLOCK)));
    }
    driver.launch(SimulatedKernel.of("whole", Access.read(plain)), one);
    driver.launch(SimulatedKernel.of("parts", accesses.toArray(Access[]::new)), one);
    Kernel whole = kernels.getFirst();
    Kernel parts = kernels.getLast();
    assertThat(parts.endNanos() - parts.startNanos())
        .isBetween(
            whole.endNanos() - whole.startNanos() - 1, whole.endNanos() - whole.startNanos() + 1);
  }

  /** A kernel that computes for longer than its memory takes ends when it has computed. */
  @Test
  void bothWaysInPlaceHideBehindComputing() {
    AddressRange range = driver.allocatePinned(512 * ByteSize.MIB);
    long computeNanos = 100_000_000;
    driver.synchronize(StreamHandle.DEFAULT);
    long start = driver.clock().nanoTime();
    driver.launch(
        SimulatedKernel.of("update", Access.readWrite(range)).withComputeNanos(computeNanos),
        StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    assertThat(driver.clock().nanoTime() - start).isBetween(computeNanos, computeNanos * 101 / 100);
  }
}
