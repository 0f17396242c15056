package io.spillway.driver.panama;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Creates and destroys the streams and events of a context.
 *
 * <p>It remembers those that are there, and refuses to destroy anything else: CUDA takes a handle
 * for an address, and a wrong one may end the process. Safe for use by any thread.
 */
final class LiveHandles {

  // Constants of functions.h 13.0.
  private static final int CU_STREAM_NON_BLOCKING = 0x1;
  private static final int CU_EVENT_DEFAULT = 0x0;
  private static final int CU_EVENT_DISABLE_TIMING = 0x2;

  private final ContextCalls calls;
  private final StreamFunctions functions;
  private final Set<StreamHandle> streams = ConcurrentHashMap.newKeySet();
  private final Set<EventHandle> events = ConcurrentHashMap.newKeySet();

  LiveHandles(ContextCalls calls) {
    this.calls = calls;
    this.functions = calls.cuda().streams();
  }

  StreamHandle createStream() {
    return calls.create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          int status = functions.streamCreate(scratch.first, CU_STREAM_NON_BLOCKING);
          calls.check("cuStreamCreate", status, 0, 0);
          StreamHandle stream = new StreamHandle(scratch.firstLong());
          streams.add(stream);
          return stream;
        },
        this::destroy);
  }

  void destroy(StreamHandle stream) {
    try (var _ = calls.enterToRelease()) {
      // Removed first: once it is destroyed, another thread may be given the same handle.
      if (!streams.remove(stream)) {
        throw DriverException.of("cuStreamDestroy", CudaStatus.INVALID_HANDLE, 0, 0);
      }
      int status = functions.streamDestroy(stream.value());
      if (status != Libcuda.SUCCESS) {
        streams.add(stream);
      }
      calls.check("cuStreamDestroy", status, 0, 0);
    }
  }

  EventHandle createEvent() {
    return createEvent(CU_EVENT_DISABLE_TIMING);
  }

  /**
   * An event that times are measured between.
   *
   * @throws DriverException with {@link CudaStatus#NOT_SUPPORTED} if the driver measures none
   */
  EventHandle createTimingEvent() {
    if (!functions.hasTiming()) {
      throw DriverException.of("cuEventElapsedTime", CudaStatus.NOT_SUPPORTED, 0, 0);
    }
    return createEvent(CU_EVENT_DEFAULT);
  }

  private EventHandle createEvent(int flags) {
    return calls.create(
        () -> {
          CallScratch scratch = CallScratch.ofThread();
          calls.check("cuEventCreate", functions.eventCreate(scratch.first, flags), 0, 0);
          EventHandle event = new EventHandle(scratch.firstLong());
          events.add(event);
          return event;
        },
        this::destroy);
  }

  void destroy(EventHandle event) {
    try (var _ = calls.enterToRelease()) {
      if (!events.remove(event)) {
        throw DriverException.of("cuEventDestroy", CudaStatus.INVALID_HANDLE, 0, 0);
      }
      int status = functions.eventDestroy(event.value());
      if (status != Libcuda.SUCCESS) {
        events.add(event);
      }
      calls.check("cuEventDestroy", status, 0, 0);
    }
  }
}
