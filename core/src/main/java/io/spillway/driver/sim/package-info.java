/**
 * A deterministic model of the UVM driver and of a GPU's time, on a virtual clock.
 *
 * <p>{@link io.spillway.driver.sim.SimulatedDriver} is the seam over the model. A call is worked
 * out when it is made: its effect on residency is applied at once, in call order, and its time is
 * reserved on timelines (host threads, streams, the link per direction, the driver's migration
 * lock). Nothing sleeps and no thread is started. What everything costs is a {@link
 * io.spillway.driver.sim.GpuModel}, read from a data file that names the measurement behind each
 * figure.
 *
 * <p>What is where:
 *
 * <ul>
 *   <li>{@link io.spillway.driver.sim.GpuPreset}: the cards that come with the library, and which
 *       of their figures are measured, published or assumed. The data files are beside this
 *       package's classes, as {@code rtx-4090.properties}.
 *   <li>{@link io.spillway.driver.sim.Calibration}: how far the model is from the card that was
 *       measured, row by row; say it beside every simulated number.
 *   <li>{@link io.spillway.driver.sim.SimulationObserver}: is told faults, transfers with their
 *       causes, drops and kernels. {@link io.spillway.driver.sim.SimulationCounters} are their
 *       sums.
 *   <li>{@link io.spillway.driver.sim.SimulatedKernel}: what a kernel touches, and how long it
 *       computes.
 * </ul>
 *
 * <p>Known departures from the driver: kernels run one at a time, in order of launch; policy is
 * kept per block; thrashing mitigation is not modelled, which acts only where host and device share
 * pages; running out of host memory in a fault or an eviction ends nothing here.
 */
@NullMarked
package io.spillway.driver.sim;

import org.jspecify.annotations.NullMarked;
