package io.spillway.allocate;

/**
 * The state of memory a {@link RedirectRule} decides by; all in bytes, taken at one moment without
 * stopping other threads.
 *
 * @param deviceFreeBytes what the driver says it would still give out as plain memory. Chunks that
 *     managed memory holds do not count as free, even after their pages left the device, so this is
 *     a lower bound
 * @param deviceTotalBytes the device's memory
 * @param livePlainBytes plain device memory in the ledger
 * @param liveManagedBytes managed memory in the ledger: the footprint
 * @param managedOnDeviceBytes an estimate of the device memory that managed memory holds: what is
 *     neither free, nor plain, nor was in use when the allocator was opened
 * @param budgetBytes the device budget: the most managed bytes kept resident
 */
public record MemoryView(
    long deviceFreeBytes,
    long deviceTotalBytes,
    long livePlainBytes,
    long liveManagedBytes,
    long managedOnDeviceBytes,
    long budgetBytes) {}
