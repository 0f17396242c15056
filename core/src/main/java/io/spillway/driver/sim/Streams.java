package io.spillway.driver.sim;

import io.spillway.driver.CaptureMode;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import java.util.HashMap;
import java.util.Map;

/** Streams and events: for each, when what is in it so far is done, virtual nanoseconds. */
final class Streams {

  private final Map<StreamHandle, Work> streams = new HashMap<>();
  private final Map<EventHandle, Long> doneAt = new HashMap<>();
  private final ThreadLocal<CaptureMode> captureMode =
      ThreadLocal.withInitial(() -> CaptureMode.GLOBAL);
  private long lastReady;
  private long nextHandle = 1;

  Streams() {
    streams.put(StreamHandle.DEFAULT, new Work());
  }

  CaptureMode exchangeCaptureMode(CaptureMode mode) {
    CaptureMode before = captureMode.get();
    captureMode.set(mode);
    return before;
  }

  StreamHandle create() {
    StreamHandle stream = new StreamHandle(nextHandle++);
    streams.put(stream, new Work());
    return stream;
  }

  void destroy(String call, StreamHandle stream) {
    if (stream.equals(StreamHandle.DEFAULT)) {
      throw new DriverException(call, CudaStatus.INVALID_HANDLE, 0, 0);
    }
    ready(call, stream);
    streams.remove(stream);
  }

  /** When everything in {@code stream} is done. */
  long ready(String call, StreamHandle stream) {
    return work(call, stream).readyAt;
  }

  /** Adds work to {@code stream} that is done at {@code time}. */
  void extend(String call, StreamHandle stream, long time) {
    Work work = work(call, stream);
    work.readyAt = Math.max(work.readyAt, time);
    lastReady = Math.max(lastReady, time);
  }

  private Work work(String call, StreamHandle stream) {
    Work work = streams.get(stream);
    if (work == null) {
      throw new DriverException(call, CudaStatus.INVALID_HANDLE, 0, 0);
    }
    return work;
  }

  /** When everything in all streams is done. */
  long allReady() {
    return lastReady;
  }

  EventHandle createEvent() {
    EventHandle event = new EventHandle(nextHandle++);
    doneAt.put(event, 0L);
    return event;
  }

  void destroyEvent(String call, EventHandle event) {
    done(call, event);
    doneAt.remove(event);
  }

  void record(String call, EventHandle event, long time) {
    done(call, event);
    doneAt.put(event, time);
  }

  /** When the work that {@code event} marks is done; 0 if it was never recorded. */
  long done(String call, EventHandle event) {
    Long done = doneAt.get(event);
    if (done == null) {
      throw new DriverException(call, CudaStatus.INVALID_HANDLE, 0, 0);
    }
    return done;
  }

  /** Nanoseconds from one event to another, both recorded and reached. */
  long between(String call, EventHandle start, EventHandle end, long now) {
    long from = done(call, start);
    long to = done(call, end);
    if (from == 0 || to == 0) {
      throw new DriverException(call, CudaStatus.INVALID_HANDLE, 0, 0);
    }
    if (from > now || to > now) {
      throw new DriverException(call, CudaStatus.NOT_READY, 0, 0);
    }
    return to - from;
  }

  /** What one stream has to do. */
  private static final class Work {
    long readyAt;
  }
}
