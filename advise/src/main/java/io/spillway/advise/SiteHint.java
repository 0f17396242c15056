package io.spillway.advise;

import java.util.List;

/**
 * A hint that holds across runs: for an allocation named by what identifies it, in bytes.
 *
 * @param rule the rule it comes from
 * @param treatment what is to be done
 * @param site the allocation's site, as {@link io.spillway.allocate.LiveAllocation#site}; a label
 *     wins over it
 * @param label the allocation's label, empty if it has none
 * @param everyInstance whether it is for all allocations of that line and size, whichever number
 *     they have: such as a loop allocates and frees again
 * @param allocationBytes how much the allocation asked for when it was recorded
 * @param offset where the range begins in it, whole blocks
 * @param bytes the range's size, whole blocks
 * @param whileLaunches labels of the launches it is for; empty if for all
 * @param basis how it is known what launches do with the range
 * @param reason why, in a sentence
 * @param saving what it is expected to save over a run like the recorded one
 */
public record SiteHint(
    String rule,
    Treatment treatment,
    String site,
    String label,
    boolean everyInstance,
    long allocationBytes,
    long offset,
    long bytes,
    List<String> whileLaunches,
    Basis basis,
    String reason,
    Saving saving) {

  /** Copies the list. */
  public SiteHint {
    whileLaunches = List.copyOf(whileLaunches);
  }

  /** Whether it is for the whole allocation, whose last block may be a part of one. */
  public boolean whole() {
    return offset == 0 && bytes >= allocationBytes;
  }
}
