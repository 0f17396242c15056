/**
 * A deterministic model of the UVM driver and of a GPU's time, on a virtual clock.
 *
 * <p>{@link io.spillway.driver.sim.SimulatedDriver} is the seam over the model. A call is worked
 * out when it is made: its effect on residency is applied at once, in call order, and its time is
 * reserved on timelines (host threads, streams, the link per direction, the driver's migration
 * lock). Nothing sleeps and no thread is started. What everything costs is a {@link
 * io.spillway.driver.sim.GpuModel}, read from a data file that names the measurement behind each
 * figure.
 */
@NullMarked
package io.spillway.driver.sim;

import org.jspecify.annotations.NullMarked;
