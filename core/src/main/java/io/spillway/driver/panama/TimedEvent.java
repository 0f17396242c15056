package io.spillway.driver.panama;

import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * An event that takes the device's time when a stream reaches it. Safe for use by any thread; close
 * it before its driver.
 */
public final class TimedEvent implements AutoCloseable {

  private final PanamaDriver driver;
  private final Libcuda cuda;
  private final EventHandle event;
  private final AtomicBoolean closed = new AtomicBoolean();

  TimedEvent(PanamaDriver driver, Libcuda cuda, EventHandle event) {
    this.driver = driver;
    this.cuda = cuda;
    this.event = event;
  }

  /** The event, for waiting and querying. */
  public EventHandle handle() {
    return event;
  }

  /** Marks the work now in {@code stream}. */
  public void record(StreamHandle stream) {
    driver.record(event, stream);
  }

  /** Waits on the calling thread until the device has reached this event. */
  public void await() {
    driver.await(event);
  }

  /**
   * Milliseconds of device time from {@code start} to this event, to about half a microsecond.
   *
   * @throws DriverException if either has not been recorded, or not been reached ({@link
   *     io.spillway.driver.CudaStatus#NOT_READY})
   */
  public double millisSince(TimedEvent start) {
    CallScratch scratch = CallScratch.ofThread();
    try (var _ = driver.makeCurrent()) {
      driver.check(
          "cuEventElapsedTime",
          cuda.eventElapsedTime(scratch.first, start.event.value(), event.value()),
          0,
          0);
      return scratch.first.get(ValueLayout.JAVA_FLOAT, 0);
    }
  }

  /** Destroys the event. Closing again does nothing. */
  @Override
  public void close() {
    if (!closed.getAndSet(true)) {
      driver.destroyEvent(event);
    }
  }
}
