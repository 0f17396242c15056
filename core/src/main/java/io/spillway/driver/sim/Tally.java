package io.spillway.driver.sim;

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
        link.busyNanos(Link.Direction.IN),
        link.busyNanos(Link.Direction.OUT));
  }
}
