package io.spillway.benchmarks.compare;

import io.spillway.driver.sim.SimulationCounters;

/**
 * What one replay on the simulated driver took.
 *
 * @param seconds from the first launch to the end of the last
 * @param traffic what moved meanwhile, by cause
 * @param mostResidentBytes the most managed bytes on the device after any launch
 */
public record Outcome(double seconds, SimulationCounters traffic, long mostResidentBytes) {

  /** Bytes to the device; what kernels accessed in place counts here, reads and writes. */
  public long bytesIn() {
    return traffic.bytesIn() + traffic.zeroCopyBytes();
  }

  /** Bytes from the device. */
  public long bytesOut() {
    return traffic.bytesOut();
  }
}
