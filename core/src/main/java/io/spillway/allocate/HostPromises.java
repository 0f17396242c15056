package io.spillway.allocate;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * Has host memory promised for the allocations of a ledger. Before a promise is refused, what the
 * host has populated of them is settled, so that it counts once. Safe for use by any thread.
 */
final class HostPromises {

  private final HostMemoryGuard guard;
  private final Ledger ledger;
  private final LongAdder refusals = new LongAdder();

  HostPromises(HostMemoryGuard guard, Ledger ledger) {
    this.guard = guard;
    this.ledger = ledger;
  }

  /** How often {@link #promise} refused. */
  long refusals() {
    return refusals.sum();
  }

  /**
   * Promises that much.
   *
   * @param label the name of what it is for, empty if none
   * @throws HostMemoryExhaustedException if the host might not be able to hold it
   */
  HostMemoryReservation promise(long bytes, String label) {
    try {
      return guard.reserve(bytes, label);
    } catch (HostMemoryExhaustedException e) {
      settlePopulatedPages();
    }
    try {
      return guard.reserve(bytes, label);
    } catch (HostMemoryExhaustedException e) {
      refusals.increment();
      throw e;
    }
  }

  /** Settles what the host has populated of the managed allocations, so that it counts once. */
  private void settlePopulatedPages() {
    // The entries before the mappings: the promise of one that is freed meanwhile has ended, and
    // what is given its addresses next is not credited with pages that are gone.
    TreeMap<Long, LiveAllocation> entries = new TreeMap<>();
    for (LiveAllocation entry : ledger.snapshot()) {
      if (entry.kind() == MemoryKind.MANAGED) {
        entries.put(entry.range().address(), entry);
      }
    }
    Map<LiveAllocation, Long> populatedBytes = new HashMap<>();
    for (ManagedMapping mapping : guard.managedMappings()) {
      Map.Entry<Long, LiveAllocation> below = entries.floorEntry(mapping.range().address());
      // A mapping of several allocations does not say which of them its pages belong to.
      if (below != null && below.getValue().range().contains(mapping.range())) {
        populatedBytes.merge(below.getValue(), mapping.residentBytes(), Long::sum);
      }
    }
    populatedBytes.forEach(
        (entry, bytes) -> {
          HostMemoryReservation reservation = entry.reservation();
          if (reservation != null) {
            reservation.settleAtLeast(Math.min(bytes, reservation.bytes()));
          }
        });
  }
}
