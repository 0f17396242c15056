package io.spillway.allocate;

/**
 * What an {@link Allocator} has done and holds; counters since it was opened, taken one after the
 * other without stopping other threads.
 *
 * @param deviceAllocations plain device allocations made
 * @param managedAllocations managed allocations made
 * @param pinnedAllocations pinned host allocations made
 * @param frees allocations freed
 * @param redirects requests of placement AUTO that the rule redirected
 * @param redirectedBytes their size and that of {@code outOfMemoryRedirects}, in bytes
 * @param outOfMemoryRedirects requests of placement AUTO redirected because the device was full
 * @param hostRefusals managed requests the host memory guard refused
 * @param keptAfterRefusal redirects that were then served with plain memory after all
 * @param failures allocations and frees that ended in an exception
 * @param liveDeviceBytes live plain device memory
 * @param liveManagedBytes live managed memory: the footprint
 * @param livePinnedBytes live pinned host memory
 * @param promisedHostBytes host memory promised and not settled, by all that share the guard
 * @param budgetBytes the device budget
 */
public record AllocationStatistics(
    long deviceAllocations,
    long managedAllocations,
    long pinnedAllocations,
    long frees,
    long redirects,
    long redirectedBytes,
    long outOfMemoryRedirects,
    long hostRefusals,
    long keptAfterRefusal,
    long failures,
    long liveDeviceBytes,
    long liveManagedBytes,
    long livePinnedBytes,
    long promisedHostBytes,
    long budgetBytes) {

  /** The oversubscription ratio: footprint by budget. */
  public double ratio() {
    return (double) liveManagedBytes / budgetBytes;
  }
}
