package io.spillway.benchmarks.compare.policy;

import io.spillway.driver.Location;
import io.spillway.hint.Plan;
import java.util.Arrays;

/**
 * A second chance in place, in the manner of ARIADNE: a block that is not on the device is first
 * accessed on the host, and moved only if it is touched again soon; so what is touched once never
 * pushes out what is touched often.
 *
 * <p>Deviations: ARIADNE measures sharing between the GPU's units and gives 100 ms, in a patched
 * driver. Here soon means within as many touches of other blocks as the device has room for, since
 * a block that comes again later would have been pushed out anyway; and the advice is changed from
 * user space, block by block.
 */
final class SecondChance implements Policy {

  private final Setting setting;
  private final PlanWriter writer;
  private final Lookahead lookahead;
  private final long[] touchedAt;
  private long sequence;

  SecondChance(Setting setting) {
    this.setting = setting;
    writer = new PlanWriter(setting);
    lookahead = new Lookahead(setting);
    touchedAt = new long[setting.blocks().count()];
    Arrays.fill(touchedAt, Long.MIN_VALUE / 2);
  }

  @Override
  public Plan begin() {
    IntBag all = new IntBag();
    for (int block = 0; block < setting.blocks().count(); block++) {
      all.add(block);
    }
    return writer.inPlace(all, Location.device(0)).plan();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    lookahead.hold(launch);
    IntBag promoted = new IntBag();
    for (int block : launch.touched()) {
      boolean soon = sequence - touchedAt[block] <= setting.capacityBlocks();
      touchedAt[block] = sequence++;
      if (lookahead.resident().contains(block)) {
        lookahead.touch(block, sequence);
      } else if (soon && lookahead.fetch(block, sequence)) {
        promoted.add(block);
      }
    }
    IntBag demoted = lookahead.evicted();
    writer.movable(promoted, Location.device(0));
    if (demoted.size() > 0) {
      writer.inPlace(demoted, Location.device(0));
    }
    lookahead.writeTo(writer);
    return writer.plan();
  }
}
