package io.spillway.access;

import jdk.jfr.Event;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;

/**
 * Has events written at the start of each JFR chunk, from construction until it is closed: what a
 * recording that begins late, or whose oldest chunks are gone, could not know otherwise. Safe for
 * use by any thread.
 *
 * <p>It waits for somebody to start the flight recorder rather than starting it, which would cost
 * every program 150 ms.
 */
public final class ChunkEvents implements FlightRecorderListener, AutoCloseable {

  private final Class<? extends Event> type;
  private final Runnable writer;
  private boolean hooked;
  private boolean closed;

  private ChunkEvents(Class<? extends Event> type, Runnable writer) {
    this.type = type;
    this.writer = writer;
  }

  /**
   * Begins.
   *
   * @param type of the events, whose period is {@code beginChunk}
   * @param writer writes them, on a thread of JFR's
   */
  public static ChunkEvents begin(Class<? extends Event> type, Runnable writer) {
    // One of its own for each: JFR tells hooks apart by the object.
    ChunkEvents events = new ChunkEvents(type, () -> writer.run());
    FlightRecorder.addListener(events);
    return events;
  }

  /** Called by JFR once it is up, which may be at once. */
  @Override
  public synchronized void recorderInitialized(FlightRecorder recorder) {
    if (!closed && !hooked) {
      FlightRecorder.addPeriodicEvent(type, writer);
      hooked = true;
    }
  }

  /** Has nothing written any more. */
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
      FlightRecorder.removePeriodicEvent(writer);
    }
  }
}
