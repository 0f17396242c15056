package io.spillway.driver.sim;

/**
 * What the UVM driver brings in beside the pages that faulted: {@code uvm_perf_prefetch.c}.
 *
 * <p>Each faulted 64 KiB big page is filled; then, from each of them upward, the largest aligned
 * power-of-two part of the block is taken of which more than the threshold is resident or faulted.
 * Works on the bitmap of 4 KiB pages. Departs from the source in ignoring thrashing pages.
 */
final class TreePrefetcher {

  private final int thresholdPercent;

  /** Takes the threshold in percent, {@code uvm_perf_prefetch_threshold}. */
  TreePrefetcher(int thresholdPercent) {
    this.thresholdPercent = thresholdPercent;
  }

  /**
   * What to bring in for one batch's faults in one block.
   *
   * @param valid the pages the block has
   * @param resident those on the destination
   * @param faulted those that faulted
   * @return {@code faulted} and what is prefetched with it, without what is resident
   */
  PageSet expand(PageSet valid, PageSet resident, PageSet faulted) {
    int filled = faulted.parts();
    PageSet occupied = resident.or(PageSet.ofParts(filled).and(valid));
    int region = filled;
    // What is inside a part of the tree already taken has the same largest part.
    int left = filled;
    while (left != 0) {
      int tree = largestSubtree(valid, occupied, Integer.numberOfTrailingZeros(left));
      region |= tree;
      left &= ~tree;
    }
    return PageSet.ofParts(region).and(valid).minus(resident);
  }

  /** The 64 KiB parts of the largest subtree above {@code leaf}; at least the leaf itself. */
  private int largestSubtree(PageSet valid, PageSet occupied, int leaf) {
    for (int size = PageSet.PARTS; size > 1; size /= 2) {
      int start = leaf / size * size;
      int from = start * PageSet.PART_PAGES;
      int to = from + size * PageSet.PART_PAGES;
      if (occupied.countIn(from, to) * 100 > valid.countIn(from, to) * thresholdPercent) {
        return -1 >>> (PageSet.PARTS - size) << start;
      }
    }
    return 1 << leaf;
  }
}
