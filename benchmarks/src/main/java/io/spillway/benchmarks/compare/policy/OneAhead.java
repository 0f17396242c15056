package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Region;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.hint.Plan;
import io.spillway.range.Blocks;

/**
 * Fetches what follows each touched range in its region, wrapping at the end, and lets the least
 * recently used leave: the simplest prefetcher, right for sequential passes.
 */
final class OneAhead implements Policy {

  private final Setting setting;
  private final PlanWriter writer;
  private final Lookahead lookahead;
  private long sequence;

  OneAhead(Setting setting) {
    this.setting = setting;
    writer = new PlanWriter(setting);
    lookahead = new Lookahead(setting);
  }

  @Override
  public Plan begin() {
    return writer.readMostly().plan();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    lookahead.admit(launch);
    for (int block : launch.touched()) {
      lookahead.touch(block, sequence++);
    }
    for (Touch touch : setting.blocks().trace().launch(launch.index()).touches()) {
      if (!fetchAfter(touch)) {
        break;
      }
    }
    lookahead.writeTo(writer);
    return writer.plan();
  }

  private boolean fetchAfter(Touch touch) {
    Region region = setting.blocks().trace().regions().get(touch.region());
    long start = touch.end() + touch.bytes() <= region.bytes() ? touch.end() : 0;
    long end = Math.min(start + touch.bytes(), region.bytes());
    for (long offset = Blocks.floor(start); offset < end; offset += Blocks.BYTES) {
      if (!lookahead.fetch(setting.blocks().block(touch.region(), offset), sequence++)) {
        return false;
      }
    }
    return true;
  }
}
