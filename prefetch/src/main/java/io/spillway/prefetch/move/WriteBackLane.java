package io.spillway.prefetch.move;

import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.range.AddressRange;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;

/**
 * A driver with a context of its own to write back with, and the thread that makes its calls, which
 * last as long as the moves. All but what that thread does is the mover's thread's.
 */
final class WriteBackLane implements AutoCloseable {

  private final UnifiedMemoryDriver driver;
  private final PlanApplier applier;
  private final StreamHandle stream;
  private final LaneThread thread;
  private final ConcurrentLinkedQueue<EventHandle> spare = new ConcurrentLinkedQueue<>();

  private WriteBackLane(UnifiedMemoryDriver driver, PlanApplier applier, StreamHandle stream) {
    this.driver = driver;
    this.applier = applier;
    this.stream = stream;
    this.thread = LaneThread.of(driver, "spillway-write-back");
  }

  /**
   * Takes over {@code driver}.
   *
   * @param applier applies plans by that driver
   */
  static WriteBackLane of(UnifiedMemoryDriver driver, PlanApplier applier) {
    StreamHandle stream;
    try {
      stream = driver.createStream();
    } catch (DriverException e) {
      LaneThread.quietly(driver::close);
      throw e;
    }
    return new WriteBackLane(driver, applier, stream);
  }

  UnifiedMemoryDriver driver() {
    return driver;
  }

  /** Whether calls are made by another thread, while the mover's goes on. */
  boolean threaded() {
    return thread.real();
  }

  /** An event that nobody needs any more. */
  void giveBack(EventHandle event) {
    spare.add(event);
  }

  /**
   * Writes a part of a departure back, after those before it.
   *
   * @param failed told why it could not, if so
   * @param left told when it has left, by another thread
   */
  void send(
      Departure departure, Departure.Part part, Consumer<RuntimeException> failed, Runnable left) {
    thread.call(
        () -> {
          try {
            leave(departure, part);
          } catch (RuntimeException e) {
            part.keep(part.ranges());
            failed.accept(e);
          } finally {
            part.setLeft();
            if (thread.real()) {
              left.run();
            }
          }
        });
  }

  /** Not as evictions, which hold a lock that launches may wait for. */
  private void leave(Departure departure, Departure.Part part) {
    for (AddressRange range : part.ranges()) {
      if (departure.goes(range)) {
        part.keep(applier.apply(Plan.of(new Hint.WriteBack(range)), stream).unchanged());
      }
    }
    EventHandle event = spare.poll();
    event = event == null ? driver.createEvent() : event;
    part.setEvent(event); // before it is recorded: it is to be destroyed, whatever happens
    driver.record(event, stream);
    driver.await(event);
  }

  @Override
  public void close() {
    thread.close();
    LaneThread.quietly(() -> driver.synchronize(stream));
    spare.forEach(event -> LaneThread.quietly(() -> driver.destroyEvent(event)));
    LaneThread.quietly(() -> driver.destroyStream(stream));
    LaneThread.quietly(driver::close);
  }
}
