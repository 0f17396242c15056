package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Characteristic;
import io.spillway.benchmarks.trace.Region;
import io.spillway.driver.Location;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/** Writes plans about blocks, neighbours being merged into one hint. Not thread-safe. */
final class PlanWriter {

  private final Setting setting;
  private final List<Hint> hints = new ArrayList<>();

  PlanWriter(Setting setting) {
    this.setting = setting;
  }

  /**
   * Advises that what launches only read be duplicated, and lives on the host, so that it leaves
   * the device for free; nothing if the trace does not say what that is.
   */
  PlanWriter readMostly() {
    if (setting.tells(Characteristic.READ_ONLY_KNOWN)) {
      for (Region region : setting.blocks().trace().regions()) {
        if (region.readOnly()) {
          AddressRange range = setting.ranges().get(region.id());
          hints.add(new Hint.Prefer(range, Location.HOST));
          hints.add(new Hint.ReadMostly(range));
        }
      }
    }
    return this;
  }

  /** Sends these blocks away, in ascending order, the cheapest way there is. */
  PlanWriter evict(IntBag blocks) {
    int[] sorted = blocks.toArray();
    Arrays.sort(sorted);
    return add(sorted, sorted.length, Hint.Evict::new);
  }

  /** Fetches these blocks, in this order. */
  PlanWriter fetch(IntBag blocks) {
    return add(blocks.toArray(), blocks.size(), Hint.Fetch::new);
  }

  /** Declares these blocks' contents dead. */
  PlanWriter discard(int[] blocks) {
    return add(blocks, blocks.length, Hint.Discard::new);
  }

  /** Has these blocks read and written on the host, in place. */
  PlanWriter inPlace(IntBag blocks, Location device) {
    int[] all = blocks.toArray();
    add(all, all.length, range -> new Hint.Prefer(range, Location.HOST));
    return add(all, all.length, range -> new Hint.AccessedBy(range, device));
  }

  /** Has these blocks moved to the device again when touched there. */
  PlanWriter movable(IntBag blocks, Location device) {
    int[] all = blocks.toArray();
    add(all, all.length, range -> new Hint.NotAccessedBy(range, device));
    return add(all, all.length, Hint.PreferNowhere::new);
  }

  private PlanWriter add(int[] blocks, int count, Function<AddressRange, Hint> hint) {
    int at = 0;
    while (at < count) {
      int end = at + 1;
      int region = setting.blocks().region(blocks[at]).id();
      while (end < count
          && blocks[end] == blocks[end - 1] + 1
          && setting.blocks().region(blocks[end]).id() == region) {
        end++;
      }
      hints.add(hint.apply(setting.range(blocks[at], end - at)));
      at = end;
    }
    return this;
  }

  /** The plan; the writer is empty again. */
  Plan plan() {
    Plan plan = hints.isEmpty() ? Plan.empty() : new Plan(hints);
    hints.clear();
    return plan;
  }
}
