package io.spillway.profile;

import io.spillway.range.Blocks;

/**
 * What is on the device, estimated in parts of 64 KiB: what crossed the link or was faulted in is
 * there until it crosses back, the host writes it, a hint drops it or it is freed. What the driver
 * drops by itself, without a transfer, nobody tells: that counts as there still. What comes is
 * there when the transfer ends, what goes is gone when it begins.
 */
final class Residency {

  private final TimelineBuilder timeline;
  private long bytes;

  // Hints and frees tell no device time: they count when the last device event did.
  private long latestNanos = Long.MIN_VALUE;

  /** Nothing is there; what changes goes into {@code timeline}. */
  Residency(TimelineBuilder timeline) {
    this.timeline = timeline;
  }

  /** Parts of a block are on the device, if they were not before. */
  void arrives(AllocationRow row, int block, long parts, long nanos) {
    changes(row, block, row.arrives(block, parts), nanos);
  }

  /** Parts of a block are not on the device, if they were before. */
  void leaves(AllocationRow row, int block, long parts, long nanos) {
    changes(row, block, -row.leaves(block, parts), nanos);
  }

  /** A range is not on the device since the last device event. */
  void leaves(AllocationRow row, long from, long to) {
    if (row.residentParts() > 0) {
      int last = row.block(to - 1);
      for (int block = row.block(from); block <= last; block++) {
        leaves(row, block, row.parts(block, from, to), latestNanos);
      }
    }
  }

  /** An allocation is freed. */
  void freed(AllocationRow row) {
    leaves(row, 0, row.blocks * Blocks.BYTES);
  }

  private void changes(AllocationRow row, int block, int parts, long nanos) {
    latestNanos = Math.max(latestNanos, nanos);
    if (parts != 0) {
      long change = parts * AllocationRow.PART_BYTES;
      long most = Math.max(bytes, bytes + change);
      bytes += change;
      timeline.put(TimeMeasure.RESIDENT_BYTES, nanos, most);
      timeline.heat(HeatMeasure.RESIDENT_BYTES, row.firstBlock + block, nanos, change);
    }
  }
}
