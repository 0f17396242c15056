package io.spillway.prefetch.baseline;

import io.spillway.access.Launch;
import io.spillway.driver.EventHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Knows when launches are done: one driver event per launch, reused once it has passed. Safe for
 * use by any thread.
 */
final class LaunchEvents implements AutoCloseable {

  /** A sequence before that of any launch. */
  static final long BEFORE_ANY = -1;

  private final UnifiedMemoryDriver driver;
  private final NavigableMap<Long, EventHandle> pendingBySequence = new TreeMap<>();
  private final Deque<EventHandle> spare = new ArrayDeque<>();

  LaunchEvents(UnifiedMemoryDriver driver) {
    this.driver = driver;
  }

  /** Marks the launch, which is in its stream already. */
  synchronized void issued(Launch launch) {
    retire();
    EventHandle event = spare.isEmpty() ? driver.createEvent() : spare.pop();
    pendingBySequence.put(launch.sequence(), event);
    driver.record(event, launch.stream());
  }

  /**
   * Waits until every launch with a sequence up to this one is done. An event that was reused
   * meanwhile makes this wait longer than needed, never shorter.
   */
  void awaitUpTo(long sequence) {
    List<EventHandle> events;
    synchronized (this) {
      events = List.copyOf(pendingBySequence.headMap(sequence, true).values());
    }
    events.forEach(driver::await);
  }

  private void retire() {
    while (!pendingBySequence.isEmpty()) {
      Map.Entry<Long, EventHandle> oldest = pendingBySequence.firstEntry();
      if (!driver.isComplete(oldest.getValue())) {
        return;
      }
      pendingBySequence.pollFirstEntry();
      spare.push(oldest.getValue());
    }
  }

  @Override
  public synchronized void close() {
    spare.addAll(pendingBySequence.values());
    pendingBySequence.clear();
    spare.forEach(driver::destroyEvent);
    spare.clear();
  }
}
