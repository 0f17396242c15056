package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Characteristic;
import io.spillway.hint.Plan;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Launch and block correlation after DeepUM (Jung, Kim and Lee, ASPLOS 2023): a table says which
 * launch follows the last ones, another which blocks a launch touched; both are followed some
 * launches ahead, and the blocks fetched.
 *
 * <p>Deviations: DeepUM learns a launch's blocks from its faults, in a kernel driver, in tables of
 * limited size; here the launch's blocks are given to it once it has run, and tables have room for
 * all. Blocks of predicted launches are spared; of the others the least recently used leave. Dead
 * blocks are discarded, where the trace tells of them.
 */
final class LaunchCorrelation implements Policy {

  /** How many launches ahead: the degree that the G10 artifact gives DeepUM+. */
  private static final int DEGREE = 8;

  private final PlanWriter writer;
  private final Lookahead lookahead;
  private final boolean discards;
  private final Map<History, Integer> following = new HashMap<>();
  private final Map<Integer, LaunchBlocks> lastOf = new HashMap<>();
  private @Nullable LaunchBlocks last;
  private History history = new History(-1, -1, -1);
  private long sequence;

  /** The last three launches; the newest last. */
  private record History(int oldest, int older, int newest) {
    History then(int site) {
      return new History(older, newest, site);
    }
  }

  LaunchCorrelation(Setting setting) {
    writer = new PlanWriter(setting);
    lookahead = new Lookahead(setting);
    discards = setting.tells(Characteristic.LIFETIMES);
  }

  @Override
  public Plan begin() {
    return writer.readMostly().plan();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    if (last != null) {
      lastOf.put(last.site(), last);
      if (discards) {
        for (int block : last.dead()) {
          lookahead.forget(block);
        }
        writer.discard(last.dead());
      }
    }
    last = launch;
    following.put(history, launch.site());
    history = history.then(launch.site());
    lookahead.admit(launch);
    for (int block : launch.touched()) {
      lookahead.touch(block, sequence++);
    }
    fetchAhead();
    lookahead.writeTo(writer);
    return writer.plan();
  }

  private void fetchAhead() {
    History at = history;
    for (int ahead = 0; ahead < DEGREE; ahead++) {
      Integer site = following.get(at);
      LaunchBlocks expected = site == null ? null : lastOf.get(site);
      if (site == null || expected == null) {
        return;
      }
      for (int block : expected.touched()) {
        if (!lookahead.fetch(block, sequence++)) {
          return;
        }
      }
      at = at.then(site);
    }
  }
}
