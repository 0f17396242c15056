package io.spillway.advise.replay;

import io.spillway.advise.ReplayCost;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.SimulatedDriver;
import io.spillway.driver.sim.SimulationCounters;

/** Adds up what laps cost, each as often as it happens. Not thread-safe. */
final class ReplayMeter {

  private double nanos;
  private long toDevice;
  private long toHost;
  private long evicted;
  private long inPlace;
  private long faults;

  /**
   * The clock and the counters once all work is done.
   *
   * @param nanos virtual time
   */
  record Reading(long nanos, SimulationCounters counters) {}

  static Reading read(SimulatedDriver driver) {
    driver.synchronize(StreamHandle.DEFAULT);
    return new Reading(driver.clock().nanoTime(), driver.counters());
  }

  void add(Reading from, Reading to, long times) {
    SimulationCounters before = from.counters();
    SimulationCounters after = to.counters();
    nanos += (double) (to.nanos() - from.nanos()) * times;
    toDevice += (after.bytesIn() - before.bytesIn()) * times;
    toHost += (after.bytesOut() - before.bytesOut()) * times;
    evicted += (after.evictionBytesOut() - before.evictionBytesOut()) * times;
    inPlace += (after.zeroCopyBytes() - before.zeroCopyBytes()) * times;
    faults += (after.faults() - before.faults()) * times;
  }

  /** All of it, for a run that is {@code factor} times as large. */
  ReplayCost cost(int factor) {
    return new ReplayCost(
        LapReplay.seconds(nanos) * factor,
        toDevice * factor,
        toHost * factor,
        evicted * factor,
        inPlace * factor,
        faults * factor);
  }
}
