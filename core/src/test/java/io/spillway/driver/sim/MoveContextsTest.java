package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Siblings of the simulated driver: contexts that move beside each other. */
final class MoveContextsTest {

  private static final long PIECE = 32 * ByteSize.MIB;
  private static final Location GPU = Location.device(0);

  private final SimulatedDriver driver = SimulatedDriver.open(GpuModel.h200());

  @AfterEach
  void close() {
    driver.close();
  }

  private AddressRange resident(long bytes) {
    AddressRange range = driver.allocateManaged(bytes);
    driver.hostTouch(range, TouchKind.WRITE);
    driver.prefetch(range, GPU, StreamHandle.DEFAULT);
    driver.synchronize(StreamHandle.DEFAULT);
    return range;
  }

  /** Nanoseconds until two halves are on the host, each by a virtual thread of its own. */
  private long backBy(UnifiedMemoryDriver first, UnifiedMemoryDriver second) {
    return back(resident(2 * PIECE), first, second);
  }

  private long back(AddressRange range, UnifiedMemoryDriver first, UnifiedMemoryDriver second) {
    StreamHandle one = driver.createStream();
    StreamHandle other = driver.createStream();
    long start = driver.clock().nanoTime();
    thread().execute(() -> first.prefetch(range.slice(0, PIECE), Location.HOST, one));
    thread().execute(() -> second.prefetch(range.slice(PIECE, PIECE), Location.HOST, other));
    driver.synchronize(one);
    driver.synchronize(other);
    return driver.clock().nanoTime() - start;
  }

  private Executor thread() {
    return driver.virtualThread("lane").orElseThrow();
  }

  @Test
  void whatOneContextMovesGoesOneByOneAndWhatTwoMoveOverlaps() {
    UnifiedMemoryDriver one = driver.openSibling();
    UnifiedMemoryDriver other = driver.openSibling();

    long alone = backBy(one, one);
    long beside = backBy(one, other);

    assertThat((double) alone / beside).isBetween(1.2, 1.9);
    assertThat(driver.residentBytes(resident(PIECE))).isEqualTo(PIECE);
  }

  @Test
  void aContextThatDoesNothingHoldsNobodyUp() {
    long before = backBy(driver, driver);
    UnifiedMemoryDriver idle = driver.openSibling();
    long beside = backBy(driver, driver);
    idle.close();

    assertThat(beside).isEqualTo(before);
    assertThat(backBy(driver, driver)).isEqualTo(before);
  }

  @Test
  void aSiblingHasAContextOfItsOwnAndAClosedOneMovesNothing() {
    UnifiedMemoryDriver sibling = driver.openSibling();
    AddressRange range = resident(PIECE);
    assertThat(driver.ownsContext()).isFalse();
    assertThat(sibling.ownsContext()).isTrue();
    sibling.close();

    assertThatThrownBy(() -> sibling.prefetch(range, Location.HOST, StreamHandle.DEFAULT))
        .isInstanceOfSatisfying(
            DriverException.class,
            refused -> assertThat(refused.status()).isEqualTo(CudaStatus.INVALID_CONTEXT));
    driver.prefetch(range, Location.HOST, StreamHandle.DEFAULT);
    assertThat(driver.residentBytes(range)).isZero();
  }

  @Test
  void aVirtualThreadRunsAtOnceAndItsCallsTakeNoTimeOfTheCallers() {
    UnifiedMemoryDriver sibling = driver.openSibling();
    AddressRange range = resident(PIECE);
    StreamHandle stream = sibling.createStream();
    Executor thread = sibling.virtualThread("lane").orElseThrow();
    long before = driver.clock().nanoTime();
    long[] after = new long[1];

    thread.execute(
        () -> {
          sibling.prefetch(range, Location.HOST, stream);
          after[0] = driver.clock().nanoTime();
        });

    assertThat(after[0]).isGreaterThan(before);
    assertThat(driver.clock().nanoTime()).isEqualTo(before);
    assertThat(driver.residentBytes(range)).isZero();
  }

  @Test
  void kernelsInPlaceHoldUpWhatContextsSendBack() {
    UnifiedMemoryDriver one = driver.openSibling();
    long before = backBy(one, one);
    AddressRange pinned = driver.allocatePinned(ByteSize.GIB);
    AddressRange range = resident(2 * PIECE); // before the kernel has the link
    driver.launch(SimulatedKernel.of("in place", Access.read(pinned)), driver.createStream());

    assertThat(back(range, one, one)).isGreaterThan(before);
  }
}
