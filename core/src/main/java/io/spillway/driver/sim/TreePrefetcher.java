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
    PageSet filled = faulted;
    for (int leaf = 0; leaf < PageSet.PAGES; leaf += PageSet.PART_PAGES) {
      if (faulted.countIn(leaf, leaf + PageSet.PART_PAGES) > 0) {
        filled = filled.or(PageSet.range(leaf, leaf + PageSet.PART_PAGES).and(valid));
      }
    }
    PageSet occupied = resident.or(filled);
    PageSet region = filled;
    for (int leaf = 0; leaf < PageSet.PAGES; leaf += PageSet.PART_PAGES) {
      if (faulted.countIn(leaf, leaf + PageSet.PART_PAGES) > 0) {
        region = region.or(largestSubtree(valid, occupied, leaf));
        if (region.count() == valid.count()) {
          break;
        }
      }
    }
    return region.minus(resident);
  }

  private PageSet largestSubtree(PageSet valid, PageSet occupied, int leaf) {
    for (int size = PageSet.PAGES; size > PageSet.PART_PAGES; size /= 2) {
      int start = leaf / size * size;
      int pages = valid.countIn(start, start + size);
      if (occupied.countIn(start, start + size) * 100 > pages * thresholdPercent) {
        return PageSet.range(start, start + size).and(valid);
      }
    }
    return PageSet.EMPTY;
  }
}
