package io.spillway.driver.sim;

/**
 * Is told what the simulated machine does, as a recorder of a real GPU's activity would be.
 *
 * <p>Calls are worked out when they are made, so events come in call order, not in order of their
 * times, and a kernel's faults, transfers and drops come before the kernel itself; on a real GPU
 * too, records of one kind are complete only once what they tell of is over. It is called on the
 * thread that makes the call, under the driver's lock: it must be quick and must not call the
 * driver. What it throws comes out of the call that was made. Without an observer nothing is told
 * and no event is made.
 */
@FunctionalInterface
public interface SimulationObserver {

  /** Takes one event. */
  void observe(SimulationEvent event);
}
