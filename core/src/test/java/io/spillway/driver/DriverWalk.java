package io.spillway.driver;

import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.lang.foreign.ValueLayout;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * One short walk through every method of the seam that a driver's capabilities allow.
 *
 * <p>Where a call fails it gives back all that it has, whatever the give-back says, and lets the
 * failure through: so a test can let any one call fail and look at what is left.
 */
final class DriverWalk {

  private static final long BYTES = 2 * Blocks.BYTES;

  private DriverWalk() {}

  /** Walks, and leaves nothing allocated. */
  static void walk(UnifiedMemoryDriver driver) {
    Deque<Runnable> giveBacks = new ArrayDeque<>();
    RuntimeException failure = null;
    try {
      visit(driver, giveBacks);
    } catch (RuntimeException e) {
      failure = e;
    }
    while (!giveBacks.isEmpty()) {
      Runnable giveBack = giveBacks.pop();
      try {
        giveBack.run();
      } catch (RuntimeException e) {
        failure = failure == null ? e : failure;
        again(giveBack);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** A refused call changed nothing, so it can be made again. */
  private static void again(Runnable giveBack) {
    try {
      giveBack.run();
    } catch (RuntimeException e) {
      // It was not refused but failed in part; the test sees what is left.
    }
  }

  private static void visit(UnifiedMemoryDriver driver, Deque<Runnable> giveBacks) {
    Capabilities has = driver.capabilities();
    Location device = driver.device().location();
    driver.memoryInfo();
    AddressRange plain = driver.allocateDevice(BYTES);
    giveBacks.push(() -> driver.free(plain));
    AddressRange pinned = driver.allocatePinned(BYTES);
    giveBacks.push(() -> driver.free(pinned));
    StreamHandle stream = driver.createStream();
    giveBacks.push(() -> driver.destroyStream(stream));
    EventHandle event = driver.createEvent();
    giveBacks.push(() -> driver.destroyEvent(event));
    EventHandle reached = driver.createTimingEvent();
    giveBacks.push(() -> driver.destroyEvent(reached));
    driver.record(reached, stream);
    driver.await(reached);
    driver.nanosBetween(reached, reached);
    driver.hostView(pinned).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    driver.copy(plain, pinned.address(), stream);
    driver.fill(plain, (byte) 2, stream);
    driver.record(event, stream);
    driver.streamWait(stream, event);
    driver.isComplete(event);
    driver.await(event);
    driver.synchronize(stream);
    driver.exchangeCaptureMode(CaptureMode.GLOBAL);
    if (!has.has(Capability.MANAGED_MEMORY)) {
      return;
    }
    AddressRange managed = driver.allocateManaged(BYTES);
    giveBacks.push(() -> driver.free(managed));
    driver.hostView(managed).set(ValueLayout.JAVA_BYTE, 0, (byte) 1);
    if (has.has(Capability.ADVISE)) {
      for (Advice advice : Advice.values()) {
        driver.advise(managed, advice, Location.HOST);
      }
      if (has.has(Capability.CONCURRENT_MANAGED_ACCESS)) {
        driver.advise(managed, Advice.SET_PREFERRED_LOCATION, device);
      }
    }
    if (has.has(Capability.PREFETCH)) {
      driver.prefetch(managed, device, stream);
    }
    if (has.has(Capability.PREFETCH_TO_HOST)) {
      driver.prefetch(managed, Location.HOST, stream);
    }
    if (has.has(Capability.RANGE_ATTRIBUTES)) {
      driver.attributes(managed);
    }
    List<AddressRange> batch =
        List.of(managed.slice(0, Blocks.BYTES), managed.slice(Blocks.BYTES, Blocks.BYTES));
    if (has.has(Capability.PREFETCH_BATCH)) {
      driver.prefetchBatch(batch, device, stream);
    }
    if (has.has(Capability.DISCARD)) {
      driver.discard(batch, stream);
    }
    if (has.has(Capability.DISCARD_AND_PREFETCH)) {
      driver.discardAndPrefetch(batch, device, stream);
    }
    driver.synchronize(stream);
  }
}
