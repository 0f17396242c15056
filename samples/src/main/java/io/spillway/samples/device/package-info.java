/**
 * The device a sample runs on: a GPU through one of the bindings, or the simulator, behind one
 * interface that also launches the samples' kernels.
 *
 * <p>{@link io.spillway.samples.device.Devices} is the only class here that opens a driver, and
 * opens a GPU only behind {@link io.spillway.driver.LimitedDriver}.
 */
@NullMarked
package io.spillway.samples.device;

import org.jspecify.annotations.NullMarked;
