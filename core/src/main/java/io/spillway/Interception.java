package io.spillway;

import io.spillway.access.AccessEvent;
import io.spillway.access.FlightRecording;
import io.spillway.access.Launch;
import io.spillway.access.LaunchListener;
import io.spillway.access.RangeAccess;
import io.spillway.allocate.AllocationCalls;
import io.spillway.allocate.AllocationRequest;
import io.spillway.allocate.Allocator;
import io.spillway.allocate.LiveAllocation;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.StreamHandle;
import io.spillway.hint.PlanApplier;
import io.spillway.range.AddressRange;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A session for a program that makes its own CUDA calls and does not know of the session.
 * Allocations are decided and accounted for here, while the program's own calls serve them; its
 * launches are reported like declared ones.
 *
 * <p>Safe for use by any thread.
 */
public final class Interception {

  private final Allocator allocator;
  private final PlanApplier applier;
  private final List<SessionListener> listeners;
  private final LaunchListener announcements;
  private final AtomicLong launchSequence;
  private final Runnable end;

  Interception(
      Allocator allocator,
      PlanApplier applier,
      List<SessionListener> listeners,
      LaunchListener announcements,
      AtomicLong launchSequence,
      Runnable end) {
    this.allocator = allocator;
    this.applier = applier;
    this.listeners = listeners;
    this.announcements = announcements;
    this.launchSequence = launchSequence;
    this.end = end;
  }

  /** Serves a request through {@code calls}; fails as {@link Allocator#allocate} does. */
  public LiveAllocation allocate(AllocationRequest request, AllocationCalls calls) {
    return told(allocator.allocate(request, calls));
  }

  /** Enters memory that the program got without asking here. */
  public LiveAllocation adopt(AddressRange range, MemoryKind kind) {
    return told(allocator.adopt(range, kind));
  }

  /** Tells plugins that it was made. */
  LiveAllocation told(LiveAllocation allocation) {
    for (SessionListener listener : listeners) {
      try {
        listener.allocated(allocation);
      } catch (RuntimeException e) {
        failed("allocation", allocation, e);
      }
    }
    return allocation;
  }

  private void tellFreeing(LiveAllocation allocation) {
    for (SessionListener listener : listeners) {
      try {
        listener.freeing(allocation.range());
      } catch (RuntimeException e) {
        failed("free", allocation, e);
      }
    }
  }

  /** The program's call is made all the same, and the account is kept. */
  private static void failed(String told, LiveAllocation allocation, RuntimeException e) {
    System.getLogger(Interception.class.getName())
        .log(
            System.Logger.Level.WARNING,
            "a plugin failed when it was told of the %s of %s".formatted(told, allocation),
            e);
  }

  /** Enters plain memory that the program got before this session was opened. */
  public LiveAllocation inherit(AddressRange range) {
    return allocator.inherit(range);
  }

  /** Frees through {@code calls}; fails as {@link Allocator#free(long, AllocationCalls)} does. */
  public void free(LiveAllocation allocation, AllocationCalls calls) {
    freeing(allocation, () -> allocator.free(allocation.range().address(), calls));
  }

  /** The same for a program that leaves the calls to the session's driver. */
  void free(LiveAllocation allocation) {
    freeing(allocation, () -> allocator.free(allocation.range().address()));
  }

  private void freeing(LiveAllocation allocation, Runnable call) {
    tellFreeing(allocation);
    try {
      call.run();
    } catch (RuntimeException e) {
      if (allocation.isLive()) {
        told(allocation); // it is as before
      }
      throw e;
    }
    applier.forget(allocation);
  }

  /** The live allocation that {@code address} lies in, null if in none. */
  public @Nullable LiveAllocation find(long address) {
    return allocator.ledger().find(address);
  }

  /** Every live allocation, by address. */
  public List<LiveAllocation> allocations() {
    return allocator.ledger().snapshot();
  }

  /** Host memory that managed allocations may still be promised, in bytes. */
  public long grantableHostBytes() {
    return allocator.hostMemoryGuard().grantableBytes();
  }

  /** Whether plugins want to learn of launches; a recording of events is not counted. */
  public boolean listening() {
    for (int i = 0; i < listeners.size(); i++) {
      if (listeners.get(i).listening()) {
        return true;
      }
    }
    return false;
  }

  /**
   * A launch that is about to be made.
   *
   * @param label what identifies it across runs
   * @param ordinal which launch of that label it is
   */
  public Launch launch(String label, int ordinal, StreamHandle stream) {
    return new Launch(label, ordinal, launchSequence.getAndIncrement(), stream);
  }

  /**
   * Tells what {@code launch} is about to touch.
   *
   * @param act whether plugins are told too, and may enqueue work in the launch's stream
   */
  public void declare(Launch launch, List<RangeAccess> accesses, boolean act) {
    if (FlightRecording.started()) {
      for (int i = 0; i < accesses.size(); i++) {
        AccessEvent.emit(launch, accesses.get(i));
      }
    }
    if (act) {
      for (int i = 0; i < accesses.size(); i++) {
        announcements.declared(launch, accesses.get(i));
      }
    }
  }

  /** Tells plugins that {@code launch} is in its stream. */
  public void issued(Launch launch) {
    announcements.issued(launch);
  }

  /** Ends the session, and leaves all memory to the program that made it. */
  public void end() {
    end.run();
  }
}
