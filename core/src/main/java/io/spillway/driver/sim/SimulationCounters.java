package io.spillway.driver.sim;

/**
 * What moved and why, since the simulated driver was opened. Bytes unless said otherwise.
 *
 * @param faultBytesIn host to device because a kernel faulted, with what the tree prefetcher added
 * @param prefetchBytesIn host to device by explicit prefetch
 * @param copyBytesIn host to device by explicit copy
 * @param zeroCopyBytes read or written by kernels across the link, in place
 * @param faultBytesOut device to host because the host touched it
 * @param prefetchBytesOut device to host by explicit prefetch
 * @param evictionBytesOut device to host because the device was full
 * @param copyBytesOut device to host by explicit copy
 * @param droppedBytes device copies given up without a transfer: read-mostly collapse, read-mostly
 *     copies evicted, discarded contents evicted or moved to the host
 * @param faults raw fault entries fetched, duplicates included (a count)
 * @param faultBatches fault batches served (a count)
 * @param evictions blocks evicted with anything in them (a count)
 * @param hostPageBytes host memory that holds, or once held, managed pages; never shrinks before
 *     free
 * @param residentBytes device memory that holds managed pages now
 * @param busyNanosIn link time, host to device, in nanoseconds
 * @param busyNanosOut link time, device to host, in nanoseconds
 * @param stallNanos how much longer kernels took than with all their data in device memory, in
 *     nanoseconds
 */
public record SimulationCounters(
    long faultBytesIn,
    long prefetchBytesIn,
    long copyBytesIn,
    long zeroCopyBytes,
    long faultBytesOut,
    long prefetchBytesOut,
    long evictionBytesOut,
    long copyBytesOut,
    long droppedBytes,
    long faults,
    long faultBatches,
    long evictions,
    long hostPageBytes,
    long residentBytes,
    long busyNanosIn,
    long busyNanosOut,
    long stallNanos) {

  /** All bytes that went from host to device, zero-copy accesses not counted. */
  public long bytesIn() {
    return faultBytesIn + prefetchBytesIn + copyBytesIn;
  }

  /** All bytes that went from device to host, zero-copy accesses not counted. */
  public long bytesOut() {
    return faultBytesOut + prefetchBytesOut + evictionBytesOut + copyBytesOut;
  }
}
