package io.spillway.driver.sim;

import io.spillway.driver.MemoryInfo;
import io.spillway.driver.sim.BlockState.ListName;
import io.spillway.driver.sim.SimulationEvent.Cause;
import io.spillway.driver.sim.SimulationEvent.Direction;
import io.spillway.driver.sim.SimulationEvent.DropReason;
import io.spillway.range.Blocks;

/**
 * The device's memory: plain allocations, which cannot be evicted, and 2 MiB chunks for managed
 * blocks, which can. Never dirty-aware: all that is resident is copied out, but for duplicated and
 * discarded pages.
 */
final class DeviceMemory {

  /** What plain allocations are rounded to: the alignment cuMemAlloc guarantees. */
  private static final long PLAIN_GRAIN_BYTES = 512;

  private final GpuModel model;
  private final long totalBytes;
  private final Link link;
  private final Tally tally;
  private final Announcer announcer;
  private final ResidencyLists lists = new ResidencyLists();
  private long plainBytes;
  private long keptChunks;

  DeviceMemory(GpuModel model, long totalBytes, Link link, Tally tally, Announcer announcer) {
    this.model = model;
    this.totalBytes = totalBytes;
    this.link = link;
    this.tally = tally;
    this.announcer = announcer;
  }

  /**
   * What {@code cuMemGetInfo} says. Chunks that managed memory once had count as used: the driver
   * keeps them until the allocation is freed.
   */
  MemoryInfo info() {
    return new MemoryInfo(totalBytes - plainBytes - keptChunks * Blocks.BYTES, totalBytes);
  }

  /** Takes plain memory, evicting managed blocks if it must; false if there is not enough. */
  boolean takePlain(long bytes, long now) {
    long wanted = plain(bytes);
    if (bytes > totalBytes - plainBytes || wanted > totalBytes - plainBytes) {
      return false;
    }
    while (lists.chunks() * Blocks.BYTES > totalBytes - plainBytes - wanted) {
      BlockState victim = lists.victim();
      if (victim == null) {
        return false;
      }
      evict(victim, now);
    }
    plainBytes += wanted;
    keptChunks = Math.min(keptChunks, (totalBytes - plainBytes) / Blocks.BYTES);
    return true;
  }

  void givePlain(long bytes) {
    plainBytes -= plain(bytes);
  }

  private static long plain(long bytes) {
    return (bytes + PLAIN_GRAIN_BYTES - 1) / PLAIN_GRAIN_BYTES * PLAIN_GRAIN_BYTES;
  }

  /** What making room for a block cost. */
  record Room(boolean found, long hostNanos, long readyAt) {}

  private static final Room AT_ONCE = new Room(true, 0, 0);
  private static final Room NONE = new Room(false, 0, 0);

  /** Gives {@code block} a chunk, evicting another's at {@code now} if none is free. */
  Room ensureChunk(BlockState block, long now) {
    if (block.ownsChunk()) {
      return block.leftAt == 0 ? AT_ONCE : new Room(true, 0, block.leftAt);
    }
    long hostNanos = 0;
    long readyAt = 0;
    if ((lists.chunks() + 1) * Blocks.BYTES > totalBytes - plainBytes) {
      BlockState victim = lists.victim();
      if (victim == null) {
        return NONE;
      }
      hostNanos = evict(victim, now);
      readyAt = victim.leftAt;
    }
    lists.move(block, ListName.UNUSED);
    keptChunks = Math.max(keptChunks, lists.chunks());
    return hostNanos == 0 && readyAt == 0 ? AT_ONCE : new Room(true, hostNanos, readyAt);
  }

  /** Marks {@code pages} of a block that owns a chunk resident; the block is now the last to go. */
  void makeResident(BlockState block, PageSet pages) {
    setOnDevice(block, block.onDevice.or(pages));
    lists.move(block, ListName.USED);
  }

  /** Takes {@code pages} off the device; the chunk stays with the block. */
  void leave(BlockState block, PageSet pages) {
    if (!block.ownsChunk()) {
      return;
    }
    setOnDevice(block, block.onDevice.minus(pages));
    if (block.onDevice.isEmpty() && block.list != ListName.UNUSED) {
      lists.move(block, ListName.UNUSED);
    }
  }

  /** Takes {@code pages} off the device without a transfer, for {@code reason}. */
  void drop(BlockState block, PageSet pages, DropReason reason, long now) {
    leave(block, pages);
    noteDropped(block, pages, reason, now);
  }

  private void noteDropped(BlockState block, PageSet pages, DropReason reason, long now) {
    tally.droppedBytes += pages.bytes();
    announcer.drop(block, pages, reason, now);
  }

  /** Moves a block whose resident pages are all discarded to the list that says so. */
  void noteDiscarded(BlockState block) {
    if (block.list == ListName.USED && block.discarded.containsAll(block.onDevice)) {
      lists.move(block, ListName.DISCARDED);
    }
  }

  /** Puts a block that is written again back among the used ones. */
  void noteWritten(BlockState block) {
    if (block.list == ListName.DISCARDED) {
      lists.move(block, ListName.USED);
    }
  }

  /** The block's allocation is gone. */
  void forget(BlockState block) {
    if (block.ownsChunk()) {
      setOnDevice(block, PageSet.EMPTY);
      lists.move(block, ListName.NONE);
      keptChunks--;
      keptChunks = Math.max(keptChunks, lists.chunks());
    }
  }

  long managedBytes() {
    return lists.chunks() * Blocks.BYTES;
  }

  long plainBytes() {
    return plainBytes;
  }

  /** Empties {@code victim} and takes its chunk; returns the host time, {@code leftAt} the end. */
  private long evict(BlockState victim, long now) {
    PageSet resident = victim.onDevice;
    PageSet copied = resident.minus(victim.onHost).minus(victim.discarded);
    long hostNanos = 0;
    if (!copied.isEmpty()) {
      hostNanos =
          share(model.evictionBlockNanos(), copied)
              + share(model.hostPagesBlockNanos(), copied.minus(victim.hostPages));
      long start = Math.max(now + hostNanos, victim.arrivesAt);
      victim.leftAt =
          link.transfer(
              Direction.TO_HOST, start, GpuModel.nanos(copied.bytes(), model.pinnedOutGBps()));
      tally.evictionBytesOut += copied.bytes();
      announcer.transfer(
          Direction.TO_HOST, Cause.EVICTION, victim, copied, link.lastStart(), victim.leftAt);
    }
    PageSet duplicated = victim.duplicated();
    victim.onHost = victim.onHost.or(copied);
    tally.hostPageBytes += copied.minus(victim.hostPages).bytes();
    victim.hostPages = victim.hostPages.or(copied);
    if (!resident.isEmpty()) {
      tally.evictions++;
      PageSet dead = resident.minus(copied).minus(duplicated);
      noteDropped(victim, duplicated, DropReason.EVICTED_DUPLICATE, now);
      noteDropped(victim, dead, DropReason.DISCARDED, now);
    }
    setOnDevice(victim, PageSet.EMPTY);
    lists.move(victim, ListName.NONE);
    return hostNanos;
  }

  /** The part of a per-block cost that falls on {@code pages}. */
  static long share(double blockNanos, PageSet pages) {
    return Math.round(blockNanos * pages.count() / PageSet.PAGES);
  }

  private void setOnDevice(BlockState block, PageSet pages) {
    tally.residentBytes += pages.bytes() - block.onDevice.bytes();
    block.onDevice = pages;
  }
}
