package io.spillway.driver.sim;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import java.util.HashMap;
import java.util.Map;

/** Streams and events: for each, when what is in it so far is done, virtual nanoseconds. */
final class Streams {

  private final Map<StreamHandle, Long> readyAt = new HashMap<>();
  private final Map<EventHandle, Long> doneAt = new HashMap<>();
  private long lastReady;
  private long nextHandle = 1;

  Streams() {
    readyAt.put(StreamHandle.DEFAULT, 0L);
  }

  StreamHandle create() {
    StreamHandle stream = new StreamHandle(nextHandle++);
    readyAt.put(stream, 0L);
    return stream;
  }

  void destroy(String call, StreamHandle stream) {
    if (stream.equals(StreamHandle.DEFAULT)) {
      throw new DriverException(call, CudaStatus.INVALID_HANDLE, 0, 0);
    }
    ready(call, stream);
    readyAt.remove(stream);
  }

  /** When everything in {@code stream} is done. */
  long ready(String call, StreamHandle stream) {
    Long ready = readyAt.get(stream);
    if (ready == null) {
      throw new DriverException(call, CudaStatus.INVALID_HANDLE, 0, 0);
    }
    return ready;
  }

  /** Adds work to {@code stream} that is done at {@code time}. */
  void extend(StreamHandle stream, long time) {
    readyAt.merge(stream, time, Math::max);
    lastReady = Math.max(lastReady, time);
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
}
