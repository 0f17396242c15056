package io.spillway.profile;

import io.spillway.access.AccessKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** What is collected about one {@link LaunchShape}. */
final class Shape {

  final long symbol;
  final SiteRow site;

  /** Whether its accesses are kept. */
  final boolean kept;

  private int ordinal;
  private TouchedRange[] accesses = new TouchedRange[0];
  private long launches;
  private long lastLaunch;
  private long runs;
  private long runNanos;
  private long stallNanos;

  /**
   * One range that a launch touches.
   *
   * @param row of which allocation
   * @param offset where in it
   * @param bytes how much
   * @param kind how
   */
  record TouchedRange(AllocationRow row, long offset, long bytes, AccessKind kind) {
    boolean is(AllocationRow otherRow, long otherOffset, long otherBytes, AccessKind otherKind) {
      return row == otherRow && offset == otherOffset && bytes == otherBytes && kind == otherKind;
    }
  }

  Shape(long symbol, SiteRow site, boolean kept) {
    this.symbol = symbol;
    this.site = site;
    this.kept = kept;
  }

  /** One more launch; its accesses replace those of the one before. */
  void launched(OpenLaunch launch, long number) {
    launches++;
    lastLaunch = number;
    ordinal = launch.ordinal();
    int count = kept ? launch.accesses() : 0;
    if (accesses.length != count) {
      accesses = Arrays.copyOf(accesses, count);
    }
    for (int i = 0; i < count; i++) {
      accesses[i] = launch.access(i, accesses[i]);
    }
    ran(launch.runs(), launch.runNanos());
    stalled(launch.stallNanos());
  }

  void ran(long times, long nanos) {
    runs += times;
    runNanos += nanos;
  }

  void stalled(long nanos) {
    stallNanos += nanos;
  }

  long lastLaunch() {
    return lastLaunch;
  }

  TouchedRange[] accesses() {
    return accesses;
  }

  LaunchShape profile() {
    List<ScheduledAccess> scheduled = new ArrayList<>(accesses.length);
    for (TouchedRange access : accesses) {
      scheduled.add(
          new ScheduledAccess(access.row().index, access.offset(), access.bytes(), access.kind()));
    }
    // A launch that is declared may run several kernels; of some launches none may have been told.
    long timed = Math.min(launches, runs);
    return new LaunchShape(
        site.index,
        ordinal,
        scheduled,
        launches,
        timed == 0 ? 0 : (double) runNanos / timed,
        (double) stallNanos / launches);
  }
}
