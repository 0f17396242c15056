package io.spillway.driver.sim;

import io.spillway.driver.sim.SimulationEvent.Direction;

/** The running counts behind {@link SimulationCounters}; guarded by the driver's lock. */
final class Tally {
  long faultBytesIn;
  long prefetchBytesIn;
  long copyBytesIn;
  long zeroCopyBytes;
  long faultBytesOut;
  long prefetchBytesOut;
  long evictionBytesOut;
  long copyBytesOut;
  long droppedBytes;
  long faults;
  long faultBatches;
  long evictions;
  long hostPageBytes;
  long residentBytes;
  long stallNanos;

  SimulationCounters snapshot(Link link) {
    return new SimulationCounters(
        faultBytesIn,
        prefetchBytesIn,
        copyBytesIn,
        zeroCopyBytes,
        faultBytesOut,
        prefetchBytesOut,
        evictionBytesOut,
        copyBytesOut,
        droppedBytes,
        faults,
        faultBatches,
        evictions,
        hostPageBytes,
        residentBytes,
        link.busyNanos(Direction.TO_DEVICE),
        link.busyNanos(Direction.TO_HOST),
        stallNanos);
  }
}
