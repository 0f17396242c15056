package io.spillway;

import io.spillway.access.AccessEvent;
import io.spillway.access.AccessKind;
import io.spillway.access.FlightRecording;
import io.spillway.access.Launch;
import io.spillway.access.LaunchListener;
import io.spillway.access.RangeAccess;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import java.util.function.Predicate;

/**
 * Declares what one launch touches, before it is made: a promise about what comes next, never a
 * condition of correctness. Memory that was not declared is served by page faults.
 *
 * <p>Declare, launch, close. Closing says that the launch has been issued, not that it is done. For
 * one thread.
 */
public final class LaunchScope implements AutoCloseable {

  private final LaunchListener listener;
  private final Predicate<StreamHandle> capturing;
  private Launch launch;
  private boolean declared;
  private boolean asked;
  private boolean told;
  private boolean closed;

  /**
   * Opens it.
   *
   * @param capturing whether a stream is being captured: then nobody is told, who might enqueue
   *     work in it
   */
  LaunchScope(Launch launch, LaunchListener listener, Predicate<StreamHandle> capturing) {
    this.launch = launch;
    this.listener = listener;
    this.capturing = capturing;
  }

  /**
   * Says which stream the launch goes to; without it, the legacy default stream.
   *
   * @throws IllegalStateException if a range has been declared already
   */
  public LaunchScope on(StreamHandle stream) {
    if (declared) {
      throw new IllegalStateException(
          "launch '%s' %d: name the stream before the first range"
              .formatted(launch.label(), launch.ordinal()));
    }
    launch = new Launch(launch.label(), launch.ordinal(), launch.sequence(), stream);
    return this;
  }

  /** The launch reads all of {@code allocation} and writes none of it. */
  public LaunchScope reads(Allocation allocation) {
    return declare(allocation, allocation.range(), AccessKind.READ);
  }

  /**
   * The launch reads {@code bytes} bytes from {@code offset} and writes none of them.
   *
   * @throws IndexOutOfBoundsException if that is not inside {@code allocation}
   */
  public LaunchScope reads(Allocation allocation, long offset, long bytes) {
    return declare(allocation, allocation.range().slice(offset, bytes), AccessKind.READ);
  }

  /** The launch writes {@code allocation} and reads none of what was there. */
  public LaunchScope writes(Allocation allocation) {
    return declare(allocation, allocation.range(), AccessKind.WRITE);
  }

  /**
   * The launch writes {@code bytes} bytes from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if that is not inside {@code allocation}
   */
  public LaunchScope writes(Allocation allocation, long offset, long bytes) {
    return declare(allocation, allocation.range().slice(offset, bytes), AccessKind.WRITE);
  }

  /** The launch reads and writes all of {@code allocation}. */
  public LaunchScope updates(Allocation allocation) {
    return declare(allocation, allocation.range(), AccessKind.READ_WRITE);
  }

  /**
   * The launch reads and writes {@code bytes} bytes from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if that is not inside {@code allocation}
   */
  public LaunchScope updates(Allocation allocation, long offset, long bytes) {
    return declare(allocation, allocation.range().slice(offset, bytes), AccessKind.READ_WRITE);
  }

  private LaunchScope declare(Allocation allocation, AddressRange range, AccessKind kind) {
    allocation.requireOpen();
    if (closed) {
      throw new IllegalStateException(
          "launch '%s' %d: its scope is closed".formatted(launch.label(), launch.ordinal()));
    }
    declared = true;
    RangeAccess access = new RangeAccess(range, kind);
    if (FlightRecording.started()) {
      AccessEvent.emit(launch, access);
    }
    if (told()) {
      listener.declared(launch, access);
    }
    return this;
  }

  /** Whether listeners are told, which is the same for all of a launch. */
  private boolean told() {
    if (!asked) {
      asked = true;
      told = !capturing.test(launch.stream());
    }
    return told;
  }

  /** Says that the launch has been issued. Closing twice does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      if (told()) {
        listener.issued(launch);
      }
    }
  }
}
