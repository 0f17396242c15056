package io.spillway.driver.sim;

import io.spillway.driver.Location;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One 2 MiB block of managed memory: where its pages are, what was advised, when they arrive.
 *
 * <p>A page in neither {@link #onDevice} nor {@link #onHost} was never touched; one in both is
 * duplicated, which only read-mostly pages are. Guarded by the driver's lock.
 */
final class BlockState {

  /** Which of the driver's chunk lists the block's device chunk is on. */
  enum ListName {
    NONE,
    UNUSED,
    DISCARDED,
    USED
  }

  /** Where the block starts, in bytes. */
  final long address;

  /** The pages the allocation covers; all 512 but in the last block. */
  final PageSet valid;

  PageSet onDevice = PageSet.EMPTY;
  PageSet onHost = PageSet.EMPTY;
  PageSet discarded = PageSet.EMPTY;

  /** Pages for which a host page exists; they are kept until the allocation is freed. */
  PageSet hostPages = PageSet.EMPTY;

  /** Whether the host has writable mappings that must go before the device may use the block. */
  boolean hostMapped;

  /** Whether it moved to the host since it was last said to be read-mostly, or never was. */
  boolean movedOut;

  /** Whether the device has a mapping of the host's pages. */
  boolean remoteMapped;

  boolean readMostly;
  @Nullable Location preferred;
  Set<Location> accessedBy = Set.of();
  @Nullable Location lastPrefetch;

  /** When the latest move to the device arrives, virtual nanoseconds. */
  long arrivesAt;

  /** When the latest move from the device is done, virtual nanoseconds. */
  long leftAt;

  ListName list = ListName.NONE;
  @Nullable BlockState previous;
  @Nullable BlockState next;

  /** The operation that must not evict this block. */
  boolean pinned;

  BlockState(long address, int pages) {
    this.address = address;
    valid = pages == PageSet.PAGES ? PageSet.FULL : PageSet.range(0, pages);
  }

  boolean ownsChunk() {
    return list != ListName.NONE;
  }

  PageSet duplicated() {
    return onDevice.and(onHost);
  }

  boolean prefersHost() {
    return preferred instanceof Location.Host || preferred instanceof Location.HostNode;
  }

  boolean prefersDevice() {
    return preferred instanceof Location.Device;
  }

  boolean accessedByDevice() {
    for (Location location : accessedBy) {
      if (location instanceof Location.Device) {
        return true;
      }
    }
    return false;
  }

  /** Whether a device access to pages on the host maps them instead of moving them. */
  boolean mapsRemotely() {
    return !readMostly && (prefersHost() || (preferred == null && accessedByDevice()));
  }
}
