package io.spillway.prefetch;

import io.spillway.access.Launch;
import io.spillway.driver.EventHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Knows when launches are done: one driver event per launch, reused once it has passed. Safe for
 * use by any thread.
 */
final class LaunchEvents implements AutoCloseable {

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

  /** Waits until the launch is done; at once if it is, or was never issued. */
  void await(long sequence) {
    EventHandle event;
    synchronized (this) {
      event = pendingBySequence.get(sequence);
    }
    if (event != null) {
      driver.await(event);
    }
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
