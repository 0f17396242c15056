package io.spillway.benchmarks.compare.policy;

import io.spillway.hint.Plan;
import java.util.Arrays;
import java.util.Comparator;

/**
 * What a programmer writes by hand who knows the order of launches: keep what fits for good, and
 * stream the rest through a ring, one launch ahead.
 *
 * <p>The ring has room for the two largest neighbouring launches' streamed blocks. What is used by
 * most launches is kept first, then what is used first.
 */
final class PinAndRing implements Policy {

  private final Setting setting;
  private final PlanWriter writer;
  private final boolean[] kept;
  private final boolean[] here;
  private final int[] neededBy;
  private int room;

  PinAndRing(Setting setting) {
    this.setting = setting;
    writer = new PlanWriter(setting);
    int count = setting.blocks().count();
    kept = new boolean[count];
    here = new boolean[count];
    neededBy = new int[count];
    int[] uses = new int[count];
    int[] first = new int[count];
    for (int i = setting.blocks().launches() - 1; i >= 0; i--) {
      for (int block : setting.blocks().launch(i).touched()) {
        uses[block]++;
        first[block] = i;
      }
    }
    Integer[] order = new Integer[count];
    for (int block = 0; block < count; block++) {
      order[block] = block;
    }
    Arrays.sort(
        order,
        Comparator.<Integer>comparingInt(block -> -uses[block])
            .thenComparingInt(block -> first[block])
            .thenComparingInt(block -> block));
    keepWhatFits(order, uses);
    room = setting.capacityBlocks();
    for (int block = 0; block < count; block++) {
      room -= kept[block] ? 1 : 0;
    }
  }

  /** Keeps the most for which the ring still has room beside. */
  private void keepWhatFits(Integer[] order, int[] uses) {
    int least = 0;
    int most = Math.min(order.length, setting.capacityBlocks());
    while (least < most) {
      int middle = (least + most + 1) / 2;
      mark(order, uses, middle);
      if (middle + ringBlocks() <= setting.capacityBlocks()) {
        least = middle;
      } else {
        most = middle - 1;
      }
    }
    mark(order, uses, least);
  }

  private void mark(Integer[] order, int[] uses, int count) {
    Arrays.fill(kept, false);
    for (int i = 0; i < count; i++) {
      kept[order[i]] = uses[order[i]] > 0;
    }
  }

  /** The most blocks that two launches in a row stream. */
  private int ringBlocks() {
    int most = 0;
    int last = 0;
    for (int i = 0; i < setting.blocks().launches(); i++) {
      int streamed = 0;
      for (int block : setting.blocks().launch(i).touched()) {
        streamed += kept[block] ? 0 : 1;
      }
      most = Math.max(most, streamed + last);
      last = streamed;
    }
    return most;
  }

  @Override
  public Plan begin() {
    return writer.readMostly().plan();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    TraceBlocks blocks = setting.blocks();
    int next = (launch.index() + 1) % blocks.launches();
    int stamp = launch.index() + 1;
    for (int block : launch.touched()) {
      neededBy[block] = stamp;
    }
    for (int block : blocks.launch(next).touched()) {
      neededBy[block] = stamp;
    }
    IntBag leaving = new IntBag();
    if (launch.index() > 0) {
      for (int block : blocks.launch(launch.index() - 1).touched()) {
        if (here[block] && !kept[block] && neededBy[block] != stamp) {
          here[block] = false;
          room++;
          leaving.add(block);
        }
      }
    }
    for (int block : launch.touched()) {
      enter(block);
    }
    IntBag coming = new IntBag();
    for (int block : blocks.launch(next).touched()) {
      if (!here[block] && (kept[block] || room > 0)) {
        enter(block);
        coming.add(block);
      }
    }
    return writer.evict(leaving).fetch(coming).plan();
  }

  private void enter(int block) {
    if (!here[block]) {
      here[block] = true;
      room -= kept[block] ? 0 : 1;
    }
  }
}
