package io.spillway.benchmarks.compare.policy;

import io.spillway.benchmarks.trace.Touch;
import io.spillway.driver.Location;
import io.spillway.hint.Plan;
import io.spillway.range.Blocks;
import java.util.Arrays;
import java.util.Comparator;

/**
 * Placement by access density, in the manner of SUV (Sandhu, Jaleel and others, MICRO 2024): what
 * is touched most per byte is pinned on the device, the rest accessed on the host.
 *
 * <p>Deviations: SUV's compiler works out densities per data structure and loop, and its driver
 * pins; here they are counted over the whole trace by block, and what is pinned is fetched once,
 * while everything else is told to stay on the host, so that nothing can push it out. SUV's third
 * way, prefetching within a loop, is left out.
 */
final class DensityPlacement implements Policy {

  private final Setting setting;
  private final PlanWriter writer;
  private final IntBag pinned = new IntBag();

  DensityPlacement(Setting setting) {
    this.setting = setting;
    writer = new PlanWriter(setting);
  }

  @Override
  public Plan begin() {
    TraceBlocks blocks = setting.blocks();
    double[] touchedBytes = new double[blocks.count()];
    for (int i = 0; i < blocks.launches(); i++) {
      for (Touch touch : blocks.trace().launch(i).touches()) {
        for (long at = touch.offset(); at < touch.end(); at = Blocks.floor(at) + Blocks.BYTES) {
          long end = Math.min(touch.end(), Blocks.floor(at) + Blocks.BYTES);
          touchedBytes[blocks.block(touch.region(), at)] += (end - at) * touch.density();
        }
      }
    }
    Integer[] order = new Integer[blocks.count()];
    Arrays.setAll(order, block -> block);
    Arrays.sort(order, Comparator.<Integer>comparingDouble(block -> -touchedBytes[block]));
    boolean[] dense = new boolean[blocks.count()];
    for (int i = 0; i < Math.min(order.length, setting.capacityBlocks()); i++) {
      dense[order[i]] = touchedBytes[order[i]] > 0;
    }
    IntBag onHost = new IntBag();
    for (int block = 0; block < dense.length; block++) {
      (dense[block] ? pinned : onHost).add(block);
    }
    return writer.inPlace(onHost, Location.device(0)).plan();
  }

  @Override
  public Plan before(LaunchBlocks launch) {
    return launch.index() == 0 ? writer.fetch(pinned).plan() : Plan.empty();
  }
}
