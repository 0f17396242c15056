package io.spillway.benchmarks.compare;

import io.spillway.driver.sim.SimulationCounters;
import java.util.Optional;

/**
 * What one replay on the simulated driver took.
 *
 * @param seconds from the first launch to the end of the last
 * @param traffic what moved meanwhile, by cause
 * @param mostResidentBytes the most managed bytes on the device after any launch
 * @param lastLap the last lap, which later ones would be like; all of it if there are no laps
 * @param steady the trace's steady laps, all of them; empty if it has none
 */
public record Outcome(
    double seconds,
    SimulationCounters traffic,
    long mostResidentBytes,
    Lap lastLap,
    Optional<Lap> steady) {

  /**
   * One lap of it, or several.
   *
   * @param seconds from its first launch to the end of its last
   * @param traffic what moved meanwhile, by cause
   */
  public record Lap(double seconds, SimulationCounters traffic) {

    /** Bytes to the device; what kernels accessed in place counts here, reads and writes. */
    public long bytesIn() {
      return traffic.bytesIn() + traffic.zeroCopyBytes();
    }

    /** Bytes from the device. */
    public long bytesOut() {
      return traffic.bytesOut();
    }
  }

  /** Bytes to the device; what kernels accessed in place counts here, reads and writes. */
  public long bytesIn() {
    return traffic.bytesIn() + traffic.zeroCopyBytes();
  }

  /** Bytes from the device. */
  public long bytesOut() {
    return traffic.bytesOut();
  }
}
