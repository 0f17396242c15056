package io.spillway.benchmarks.compare.policy;

import io.spillway.hint.Plan;

/**
 * No hints at all: faults with the tree prefetcher, and the driver's eviction of what was migrated
 * longest ago. What unified memory does by itself.
 */
final class StockDriver implements Policy {

  @Override
  public Plan begin() {
    return Plan.empty();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    return Plan.empty();
  }
}
