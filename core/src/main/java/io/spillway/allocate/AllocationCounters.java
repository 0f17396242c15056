package io.spillway.allocate;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/** Counts what an allocator did. Safe for use by any thread. */
final class AllocationCounters {

  private final Map<MemoryKind, LongAdder> allocations = new EnumMap<>(MemoryKind.class);
  private final LongAdder frees = new LongAdder();
  private final LongAdder redirects = new LongAdder();
  private final LongAdder redirectedBytes = new LongAdder();
  private final LongAdder outOfMemoryRedirects = new LongAdder();
  private final LongAdder keptAfterRefusal = new LongAdder();
  private final LongAdder failures = new LongAdder();

  AllocationCounters() {
    for (MemoryKind kind : MemoryKind.values()) {
      allocations.put(kind, new LongAdder());
    }
  }

  /** Memory of a kind was made, or adopted. */
  void allocated(MemoryKind kind) {
    of(kind).increment();
  }

  void freed() {
    frees.increment();
  }

  /** A rule had a request of so many bytes redirected. */
  void redirected(long bytes) {
    redirects.increment();
    redirectedBytes.add(bytes);
  }

  /** It was redirected since the device had no memory for it after all. */
  void redirectedOutOfMemory(long bytes) {
    outOfMemoryRedirects.increment();
    redirectedBytes.add(bytes);
  }

  /** It was to be redirected, could not be, and found plain memory. */
  void keptAfterRefusal() {
    keptAfterRefusal.increment();
  }

  void failed() {
    failures.increment();
  }

  /** The figures so far, with what is live, promised and allowed now. */
  AllocationStatistics snapshot(
      Ledger ledger, HostPromises promises, HostMemoryGuard guard, long budgetBytes) {
    return new AllocationStatistics(
        of(MemoryKind.DEVICE).sum(),
        of(MemoryKind.MANAGED).sum(),
        of(MemoryKind.PINNED).sum(),
        frees.sum(),
        redirects.sum(),
        redirectedBytes.sum(),
        outOfMemoryRedirects.sum(),
        promises.refusals(),
        keptAfterRefusal.sum(),
        failures.sum(),
        ledger.liveBytes(MemoryKind.DEVICE),
        ledger.liveBytes(MemoryKind.MANAGED),
        ledger.liveBytes(MemoryKind.PINNED),
        guard.unsettledBytes(),
        budgetBytes);
  }

  private LongAdder of(MemoryKind kind) {
    return Objects.requireNonNull(allocations.get(kind));
  }
}
