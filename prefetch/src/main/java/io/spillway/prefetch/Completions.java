package io.spillway.prefetch;

import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Knows when launches are done, and how long they took: one driver event per launch, used again
 * once it has passed. Launching threads {@link #mark}; all else is the mover's thread's.
 */
final class Completions implements AutoCloseable {

  /** Told how long a launch took. */
  @FunctionalInterface
  interface Durations {
    /** The launch of that number took so many nanoseconds, about. */
    void took(int launch, long nanos);
  }

  private record Pending(long sequence, int launch, long issuedAt, EventHandle event) {}

  private final UnifiedMemoryDriver driver;
  private final Durations durations;
  private final Deque<Pending> pending = new ArrayDeque<>();
  private final ConcurrentLinkedQueue<EventHandle> spare = new ConcurrentLinkedQueue<>();
  private long lastDone;

  Completions(UnifiedMemoryDriver driver, Durations durations) {
    this.driver = driver;
    this.durations = durations;
  }

  /** Marks what is in {@code stream} now. Any thread; no lock. */
  EventHandle mark(StreamHandle stream) {
    EventHandle event = spare.poll();
    if (event == null) {
      event = driver.createEvent();
    }
    boolean recorded = false;
    try {
      driver.record(event, stream);
      recorded = true;
    } finally {
      if (!recorded) {
        spare.add(event);
      }
    }
    return event;
  }

  /** An event from {@link #mark} that is not needed after all. Any thread. */
  void giveBack(EventHandle event) {
    spare.add(event);
  }

  /** The launch is marked by {@code event}. */
  void issued(long sequence, int launch, long issuedAt, EventHandle event) {
    pending.add(new Pending(sequence, launch, issuedAt, event));
  }

  /** Gives back the events of launches that are done. */
  void retire() {
    while (!pending.isEmpty() && driver.isComplete(pending.peek().event())) {
      spare.add(pending.remove().event());
    }
  }

  /** Waits until every launch with a sequence up to this one is done. */
  void awaitUpTo(long sequence) {
    for (Iterator<Pending> all = pending.iterator(); all.hasNext(); ) {
      Pending launch = all.next();
      if (launch.sequence() > sequence) {
        continue; // another thread's, whose launches come in an order of their own
      }
      boolean waits = !driver.isComplete(launch.event());
      driver.await(launch.event());
      all.remove(); // only now: where the driver fails, the event is still to be destroyed
      if (waits) {
        long now = driver.clock().nanoTime();
        durations.took(launch.launch(), now - Math.max(lastDone, launch.issuedAt()));
        lastDone = now;
      }
      spare.add(launch.event());
    }
  }

  @Override
  public void close() {
    pending.forEach(launch -> spare.add(launch.event()));
    pending.clear();
    for (EventHandle event = spare.poll(); event != null; event = spare.poll()) {
      try {
        driver.destroyEvent(event);
      } catch (DriverException e) {
        System.getLogger(Completions.class.getName())
            .log(System.Logger.Level.WARNING, "while closing the prefetcher", e);
      }
    }
  }
}
