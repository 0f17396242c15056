package io.spillway.samples.demo;

import io.spillway.samples.device.Traffic;
import java.util.Optional;

/**
 * What came of one row.
 *
 * @param name its name
 * @param description what it does, in a line
 * @param figures what was measured; empty if it was not run
 * @param resultOk whether the result equals the host's; empty if there is no result to check
 * @param note why it was not run, or what else to know; may be empty
 */
record RowResult(
    String name,
    String description,
    Optional<Figures> figures,
    Optional<Boolean> resultOk,
    String note) {

  /**
   * A row's measurements.
   *
   * @param firstSeconds of the first pass, in which everything comes for the first time
   * @param secondsPerPass by the driver's clock, the mean of the timed passes
   * @param traffic bytes per timed pass
   * @param trafficSource where the bytes were counted
   */
  record Figures(
      double firstSeconds, double secondsPerPass, Traffic traffic, String trafficSource) {}

  /** Whether it computed something else than the host did. */
  boolean wrong() {
    return resultOk.filter(ok -> !ok).isPresent();
  }
}
