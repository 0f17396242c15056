package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Region;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;

/**
 * Advice and nothing else, after Chien, Peng and Markidis, "Performance Evaluation of Advanced
 * Features in CUDA Unified Memory", 2019: read-mostly for what launches only read, so that it is
 * duplicated and evicted without a transfer.
 *
 * <p>Deviation: they also try preferred locations and prefetches; those are other policies here.
 */
final class AdviseOnly implements Policy {

  private final Setting setting;

  AdviseOnly(Setting setting) {
    this.setting = setting;
  }

  @Override
  public Plan begin() {
    return new Plan(
        setting.blocks().trace().regions().stream()
            .filter(Region::readOnly)
            .<Hint>map(region -> new Hint.ReadMostly(setting.ranges().get(region.id())))
            .toList());
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    return Plan.empty();
  }
}
