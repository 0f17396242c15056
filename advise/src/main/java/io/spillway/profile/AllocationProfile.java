package io.spillway.profile;

import io.spillway.allocate.MemoryKind;

/**
 * An allocation, or several of one site and size of which one replaced the other: what a loop
 * allocates and frees again is one.
 *
 * @param index its place in {@link Profile#allocations}
 * @param site what identifies it across runs, as {@link
 *     io.spillway.allocate.LiveAllocation#site()}; of several the first one's
 * @param label the caller's name for it, empty if none
 * @param kind which kind of memory it is
 * @param bytes its size, whole blocks if it is managed
 * @param requestedBytes what was asked for
 * @param ordinal which allocation of its session it was, of several the first
 * @param instances how many allocations this stands for
 * @param address where it was, of several the last
 * @param firstSequence the last launch before it was made, {@link Measure#NEVER} if it was there
 *     before any
 * @param freedSequence the last launch before it was freed, of several the last; {@link
 *     Measure#NEVER} if it was live at the end
 * @param firstBlock its first block, counted over all allocations in their order: the address axis
 *     of {@link Timeline#heat}
 * @param blocks a row for each 2 MiB from its start: the driver's blocks, as Spillway's managed
 *     memory begins with one
 */
public record AllocationProfile(
    int index,
    String site,
    String label,
    MemoryKind kind,
    long bytes,
    long requestedBytes,
    long ordinal,
    long instances,
    long address,
    long firstSequence,
    long freedSequence,
    long firstBlock,
    Columns<BlockMeasure> blocks) {

  /**
   * Whether the device or a copy is known to have written any of it after launch {@code sequence}.
   */
  public boolean writtenAfter(long sequence) {
    return blocks.total(BlockMeasure.LAST_WRITE) > sequence
        || blocks.total(BlockMeasure.LAST_COPY_WRITE) > sequence;
  }
}
