package io.spillway.allocate;

import io.spillway.range.AddressRange;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Consumer;

/**
 * What an allocator writes down of each allocation and free: the ledger, the host memory promised
 * for it, the counters and the events, kept in step. Safe for use by any thread.
 */
final class AllocationBooks {

  private final Ledger ledger;
  private final AllocationCounters counters;

  AllocationBooks(Ledger ledger, AllocationCounters counters) {
    this.ledger = ledger;
    this.counters = counters;
  }

  /**
   * Enters what was made for a request, or has it freed where the ledger was closed meanwhile.
   *
   * @throws IllegalStateException if it was
   */
  LiveAllocation made(LiveAllocation entry, Consumer<AddressRange> free) {
    List<LiveAllocation> stale;
    try {
      stale = ledger.add(entry);
    } catch (IllegalStateException e) {
      release(entry);
      try {
        free.accept(entry.range());
      } catch (RuntimeException alsoFailed) {
        e.addSuppressed(alsoFailed);
      }
      throw e;
    }
    return entered(entry, stale);
  }

  /**
   * Enters what somebody else made.
   *
   * @throws IllegalStateException if the ledger is closed
   */
  LiveAllocation adopted(LiveAllocation entry) {
    return entered(entry, ledger.add(entry));
  }

  private LiveAllocation entered(LiveAllocation entry, List<LiveAllocation> stale) {
    for (LiveAllocation gone : stale) {
      Allocator.log().log(
          Level.WARNING, "{0} was freed without Spillway; its addresses are now {1}", gone, entry);
      FreeEvent.emit(gone.range());
      release(gone);
    }
    counters.allocated(entry.kind());
    AllocationEvent.emit(entry);
    return entry;
  }

  /** Strikes out the allocation at {@code address}; if the call fails, it is live as before. */
  void free(long address, AllocationCalls calls) {
    LiveAllocation entry = ledger.beginFree(address);
    FreeEvent.emit(entry.range());
    try {
      calls.free(entry.range());
    } catch (RuntimeException e) {
      if (ledger.reinstate(entry)) {
        AllocationEvent.emit(entry);
      } else {
        release(entry);
      }
      throw e;
    }
    release(entry);
    counters.freed();
  }

  private static void release(LiveAllocation entry) {
    HostMemoryReservation reservation = entry.reservation();
    if (reservation != null) {
      reservation.release();
    }
  }
}
