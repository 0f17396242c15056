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
    PageSet filledPages = PageSet.ofParts(filled).and(valid);
    int region = region(valid, resident.or(filledPages), filled);
    PageSet wanted = region == filled ? filledPages : PageSet.ofParts(region).and(valid);
    return wanted.minus(resident);
  }

  /**
   * The 64 KiB parts of the largest subtrees above those in {@code filled}. Goes down the levels of
   * the tree, so that each subtree is counted once for all that it has of them.
   */
  private int region(PageSet valid, PageSet occupied, int filled) {
    int region = filled;
    int left = filled;
    for (int size = PageSet.PARTS; size > 1 && left != 0; size /= 2) {
      int ahead = left;
      while (ahead != 0) {
        int start = Integer.numberOfTrailingZeros(ahead) / size * size;
        int tree = -1 >>> (PageSet.PARTS - size) << start;
        if (aboveThreshold(valid, occupied, start, size)) {
          region |= tree;
          left &= ~tree;
        }
        ahead &= ~tree;
      }
    }
    return region;
  }

  private boolean aboveThreshold(PageSet valid, PageSet occupied, int part, int parts) {
    int from = part * PageSet.PART_PAGES;
    int to = from + parts * PageSet.PART_PAGES;
    return occupied.countIn(from, to) * 100 > valid.countIn(from, to) * thresholdPercent;
  }
}
