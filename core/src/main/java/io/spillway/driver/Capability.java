package io.spillway.driver;

/** What a driver and its device may or may not be able to do. */
public enum Capability {
  /** Managed memory exists at all ({@code CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY}). */
  MANAGED_MEMORY,
  /**
   * Host and device may touch managed memory at the same time, and it migrates on demand ({@code
   * CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS}). Without it nothing is redirected.
   */
  CONCURRENT_MANAGED_ACCESS,
  /** The device reads ordinary pageable host memory. */
  PAGEABLE_MEMORY_ACCESS,
  /** {@code cuMemAdvise}. */
  ADVISE,
  /** {@code cuMemPrefetchAsync} to the device. */
  PREFETCH,
  /** {@code cuMemPrefetchAsync} to the host. */
  PREFETCH_TO_HOST,
  /** Locations may name one NUMA node of the host (the location-struct forms). */
  HOST_NUMA_LOCATION,
  /** {@code cuMemPrefetchBatchAsync}. */
  PREFETCH_BATCH,
  /** {@code cuMemDiscardBatchAsync}. */
  DISCARD,
  /** {@code cuMemDiscardAndPrefetchBatchAsync}. */
  DISCARD_AND_PREFETCH,
  /** {@code cuMemRangeGetAttribute}. */
  RANGE_ATTRIBUTES
}
