package io.spillway.allocate;

import org.jspecify.annotations.Nullable;

/**
 * The device budget in bytes, as this device and host resolve it and, where the sessions of a
 * device share one, as the others leave it. Safe for use by any thread.
 */
final class EffectiveBudget {

  private final DeviceBudget configured;
  private final long totalBytes;
  private final HostMemoryGuard guard;
  private volatile long bytes;
  private volatile DeviceShares.@Nullable Share share;

  /**
   * Resolves {@code configured} for a device of {@code totalBytes}.
   *
   * @throws IllegalArgumentException if it does not suit this device or host
   */
  EffectiveBudget(DeviceBudget configured, long totalBytes, HostMemoryGuard guard) {
    this.configured = configured;
    this.totalBytes = totalBytes;
    this.guard = guard;
    this.bytes = configured.resolve(totalBytes, guard.read().limitBytes());
  }

  long bytes() {
    return bytes;
  }

  /** {@link Allocator#resizeBudget}. */
  void resize(DeviceBudget resized) {
    take(resized, false);
  }

  /** {@link Allocator#share}, of what {@code taken} is a share of. */
  Runnable share(DeviceShares.Share taken, boolean lowered) {
    share = taken;
    take(configured, lowered);
    return taken::release;
  }

  private synchronized void take(DeviceBudget wanted, boolean lowered) {
    long hostLimitBytes = guard.read().limitBytes();
    long wantedBytes = wanted.resolve(totalBytes, hostLimitBytes);
    DeviceShares.Share shared = share;
    bytes =
        shared == null ? wantedBytes : shared.resize(wanted, wantedBytes, hostLimitBytes, lowered);
  }
}
