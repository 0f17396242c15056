package io.spillway.profile;

import org.jspecify.annotations.Nullable;

/**
 * What device faults show that launches touched: which parts of which blocks, and how. Where a tool
 * tells of a batch of faults one address only, the transfers that served it show the others.
 */
final class FaultTouches {

  private final LaunchFold launches;

  FaultTouches(LaunchFold launches) {
    this.launches = launches;
  }

  /** A batch of a launch was served, which does not tell what it touched. */
  void served(@Nullable OpenLaunch open, int slot, FaultAccess access, long end) {
    if (open != null) {
      open.batches().served(0, access, end);
    } else if (slot >= 0) {
      launches.closed().batches().served(slot, access, end);
    }
  }

  /** What a launch wanted of what a transfer that began at {@code start} brought it. */
  FaultAccess served(@Nullable OpenLaunch open, int slot, long start) {
    if (open != null) {
      return open.batches().served(0, start);
    }
    return slot < 0 ? FaultAccess.UNKNOWN : launches.closed().batches().served(slot, start);
  }

  /**
   * Parts of a block were faulted on.
   *
   * @param columns what is counted of the allocation in the launch's phase
   * @param sequence the launch, negative if it is not known
   * @param open the launch, if its events are still coming
   * @param slot where it is among those that are closed, -1 if it is not
   */
  void touched(
      Columns.Builder<BlockMeasure> columns,
      FaultAccess access,
      AllocationRow row,
      int block,
      long parts,
      long sequence,
      @Nullable OpenLaunch open,
      int slot) {
    columns.combine(BlockMeasure.FAULTED_PARTS, block, parts);
    if (access.writes()) {
      columns.combine(BlockMeasure.WRITE_FAULTED_PARTS, block, parts);
    }
    if (sequence < 0) {
      return;
    }
    if (columns.get(BlockMeasure.LAST_TOUCH, block) != sequence) {
      columns.combine(BlockMeasure.FIRST_TOUCH, block, sequence);
      columns.combine(BlockMeasure.LAST_TOUCH, block, sequence);
    }
    if (access.writes()) {
      columns.combine(BlockMeasure.FIRST_WRITE, block, sequence);
      columns.combine(BlockMeasure.LAST_WRITE, block, sequence);
    } else if (access == FaultAccess.READ) {
      columns.combine(BlockMeasure.LAST_READ, block, sequence);
    }
    if (row.firstFault(block, sequence)) {
      if (open != null) {
        open.faults(row, block);
      } else if (slot >= 0 && launches.closed().position(slot) >= 0) {
        LaunchFold.faultInLap(
            launches.phase(slot),
            row,
            block,
            launches.closed().position(slot),
            launches.closed().lap(slot));
      }
    }
  }
}
