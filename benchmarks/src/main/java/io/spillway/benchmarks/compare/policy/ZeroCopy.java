package io.spillway.benchmarks.compare.policy;

import io.spillway.driver.Location;
import io.spillway.hint.Plan;

/**
 * Everything stays on the host and is accessed there, in place, as EMOGI does with graphs (Min et
 * al., VLDB 2020).
 *
 * <p>Deviation: EMOGI aligns its kernels' accesses; here accesses are as wide as the link likes.
 */
final class ZeroCopy implements Policy {

  private final Setting setting;

  ZeroCopy(Setting setting) {
    this.setting = setting;
  }

  @Override
  public Plan begin() {
    IntBag all = new IntBag();
    for (int block = 0; block < setting.blocks().count(); block++) {
      all.add(block);
    }
    return new PlanWriter(setting).inPlace(all, Location.device(0)).plan();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    return Plan.empty();
  }
}
