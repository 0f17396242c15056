package io.spillway.prefetch.move;

import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.PlanApplier;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.concurrent.RejectedExecutionException;

/**
 * A driver to fetch with, and the thread that makes its calls. A call that fetches 128 MiB takes
 * the processor 2.1 to 3.5 ms, and the link 2.4 (H200), so that one thread keeps the link busy at
 * best just so: two that bring half of it each have time to let go what has to make room.
 *
 * <p>All but what {@link #call} is given is the mover's thread's.
 */
final class FetchLane implements AutoCloseable {

  private final UnifiedMemoryDriver driver;
  private final PlanApplier applier;
  private final StreamHandle[] streams;
  private final LaneThread thread;
  private final Deque<EventHandle> spare = new ArrayDeque<>();

  private FetchLane(UnifiedMemoryDriver driver, PlanApplier applier, StreamHandle[] streams) {
    this.driver = driver;
    this.applier = applier;
    this.streams = streams;
    this.thread = LaneThread.of(driver, "spillway-fetch");
  }

  /**
   * Takes over {@code driver}.
   *
   * @param applier applies plans by that driver
   * @param streams how many fetches are on their way at most
   */
  static FetchLane of(UnifiedMemoryDriver driver, PlanApplier applier, int streams) {
    StreamHandle[] created = new StreamHandle[streams];
    try {
      Arrays.setAll(created, i -> driver.createStream());
    } catch (DriverException e) {
      LaneThread.quietly(driver::close); // with the streams that it has
      throw e;
    }
    return new FetchLane(driver, applier, created);
  }

  UnifiedMemoryDriver driver() {
    return driver;
  }

  PlanApplier applier() {
    return applier;
  }

  /**
   * The stream of the fetch of that number, from 0 on. The last fetch in it has come: in a stream
   * with work under way libcuda orders a fetch by a semaphore in the context's compute channel,
   * which waits for a kernel of another context to end; and that kernel runs 8 to 16% longer (28
   * instead of 48 GB/s beside kernels of 1.2 ms, H200).
   */
  StreamHandle stream(int number) {
    return streams[number];
  }

  /** An event to record in one of the streams. */
  EventHandle event() {
    EventHandle event = spare.poll();
    return event == null ? driver.createEvent() : event;
  }

  /** An event that nobody needs any more. */
  void giveBack(EventHandle event) {
    spare.push(event);
  }

  /** Whether calls are made by another thread, while the mover's goes on. */
  boolean threaded() {
    return thread.real();
  }

  /**
   * Makes a call, after those before it.
   *
   * @throws RejectedExecutionException if the lane is closed
   */
  void call(Runnable call) {
    thread.call(call);
  }

  @Override
  public void close() {
    thread.close();
    for (StreamHandle stream : streams) {
      LaneThread.quietly(() -> driver.synchronize(stream));
    }
    spare.forEach(event -> LaneThread.quietly(() -> driver.destroyEvent(event)));
    for (StreamHandle stream : streams) {
      LaneThread.quietly(() -> driver.destroyStream(stream));
    }
    LaneThread.quietly(driver::close);
  }
}
