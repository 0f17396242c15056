package io.spillway.benchmarks.compare;

import io.spillway.allocate.MemoryKind;
import io.spillway.benchmarks.trace.Region;
import io.spillway.benchmarks.trace.Touch;
import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceLaunch;
import io.spillway.profile.ProfileFolder;
import io.spillway.profile.RunSchedule;
import io.spillway.range.Blocks;

/**
 * What a recording of a trace's program would have in its schedule: the trace, told to the fold
 * that reads recordings. Stateless.
 */
final class EarlierRun {

  /** Where the first region is taken to be: any address that memory may have. */
  private static final long FIRST_ADDRESS = 1L << 40;

  private EarlierRun() {}

  /** The schedule of one run of {@code trace}. */
  static RunSchedule of(Trace trace) {
    ProfileFolder folder = new ProfileFolder();
    long time = 0;
    long[] addresses = new long[trace.regions().size()];
    long next = FIRST_ADDRESS;
    for (Region region : trace.regions()) {
      addresses[region.id()] = next;
      long bytes = Blocks.ceil(region.bytes());
      folder.allocation(
          time++,
          next,
          bytes,
          region.bytes(),
          MemoryKind.MANAGED,
          region.label(),
          region.label(),
          region.id());
      next += bytes;
    }
    for (int i = 0; i < trace.launches(); i++) {
      TraceLaunch launch = trace.launch(i);
      for (Touch touch : launch.touches()) {
        folder.access(
            time++,
            i,
            launch.label(),
            launch.ordinal(),
            addresses[touch.region()] + touch.offset(),
            touch.bytes(),
            touch.effect().access());
      }
    }
    return RunSchedule.of(folder.finish());
  }
}
