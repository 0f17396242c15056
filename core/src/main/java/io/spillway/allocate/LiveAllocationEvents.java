package io.spillway.allocate;

import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/**
 * Writes an {@link AllocationEvent} for every live allocation at the start of each JFR chunk, from
 * construction until it is closed. Safe for use by any thread.
 *
 * <p>It waits for somebody to start the flight recorder rather than starting it, which would cost
 * every program 150 ms.
 */
public final class LiveAllocationEvents implements FlightRecorderListener, AutoCloseable {

  private final Ledger ledger;
  private final Runnable hook = this::emitAll;
  private boolean hooked;
  private boolean closed;

  private LiveAllocationEvents(Ledger ledger) {
    this.ledger = ledger;
  }

  /** Begins to tell recordings of the allocations in {@code ledger}. */
  public static LiveAllocationEvents of(Ledger ledger) {
    LiveAllocationEvents events = new LiveAllocationEvents(ledger);
    FlightRecorder.addListener(events);
    return events;
  }

  /** Called by JFR once it is up, which may be at once. */
  @Override
  public synchronized void recorderInitialized(FlightRecorder recorder) {
    if (!closed && !hooked) {
      FlightRecorder.addPeriodicEvent(AllocationEvent.class, hook);
      hooked = true;
    }
  }

  private void emitAll() {
    for (LiveAllocation allocation : ledger.snapshot()) {
      if (allocation.isLive()) { // freed since the snapshot: its end is told already
        AllocationEvent.emit(allocation);
      }
    }
  }

  /** Tells of nothing any more. */
  @Override
  public void close() {
    FlightRecorder.removeListener(this);
    boolean wasHooked;
    synchronized (this) {
      closed = true;
      wasHooked = hooked;
      hooked = false;
    }
    // Without the lock: JFR calls recorderInitialized while it holds locks of its own.
    if (wasHooked) {
      FlightRecorder.removePeriodicEvent(hook);
    }
  }
}
