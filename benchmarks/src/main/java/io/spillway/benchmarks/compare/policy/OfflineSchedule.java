package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Characteristic;
import io.spillway.hint.Plan;
import java.util.Arrays;

/**
 * Offline scheduling from the whole trace, in the manner of G10 (Zhang et al., MICRO 2023): what is
 * needed last leaves first, what is needed next is fetched in that order as far ahead as memory
 * allows, dead contents are discarded.
 *
 * <p>Deviations: G10 plans by tensor and picks the gaps that relieve most; this plans by block,
 * with Belady's choice of victims, and has an ordinary driver carry it out. It writes nothing back
 * before it has to.
 */
final class OfflineSchedule implements Policy {

  /** How many launches ahead to fetch: enough to keep the link busy through short launches. */
  private static final int HORIZON = 32;

  /** Key of a block that is never used again: it leaves before all others. */
  private static final long NEVER = Long.MIN_VALUE;

  private final Setting setting;
  private final PlanWriter writer;
  private final Lookahead lookahead;
  private final boolean discards;
  private final int[][] nextUse;

  OfflineSchedule(Setting setting) {
    this.setting = setting;
    writer = new PlanWriter(setting);
    lookahead = new Lookahead(setting);
    discards = setting.tells(Characteristic.LIFETIMES);
    nextUse = nextUses(setting.blocks());
  }

  /** By launch and touched block, the launch that touches it next, or the number of launches. */
  private static int[][] nextUses(TraceBlocks blocks) {
    int launches = blocks.launches();
    int[][] next = new int[launches][];
    int[] after = new int[blocks.count()];
    Arrays.fill(after, launches);
    for (int i = launches - 1; i >= 0; i--) {
      int[] touched = blocks.launch(i).touched();
      next[i] = new int[touched.length];
      for (int t = 0; t < touched.length; t++) {
        next[i][t] = after[touched[t]];
        after[touched[t]] = i;
      }
    }
    return next;
  }

  @Override
  public Plan begin() {
    return writer.readMostly().plan();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    TraceBlocks blocks = setting.blocks();
    if (discards && launch.index() > 0) {
      int[] dead = blocks.launch(launch.index() - 1).dead();
      for (int block : dead) {
        lookahead.forget(block);
      }
      writer.discard(dead);
    }
    lookahead.admit(launch);
    int[] touched = launch.touched();
    for (int t = 0; t < touched.length; t++) {
      lookahead.touch(touched[t], key(nextUse[launch.index()][t]));
    }
    int end = Math.min(blocks.launches(), launch.index() + 1 + HORIZON);
    for (int ahead = launch.index() + 1; ahead < end; ahead++) {
      for (int block : blocks.launch(ahead).touched()) {
        if (!lookahead.fetchBefore(block, key(ahead))) {
          lookahead.writeTo(writer);
          return writer.plan();
        }
      }
    }
    lookahead.writeTo(writer);
    return writer.plan();
  }

  private long key(int use) {
    return use >= setting.blocks().launches() ? NEVER : -use;
  }
}
