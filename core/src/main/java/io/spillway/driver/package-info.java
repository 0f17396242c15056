/**
 * The seam to the CUDA driver's unified memory.
 *
 * <p>{@link io.spillway.driver.UnifiedMemoryDriver} is everything Spillway ever asks of a driver.
 * Three drivers stand behind it and pass one contract suite: {@code panama} (libcuda through the
 * Foreign Function and Memory API), {@code jcuda} (JCuda where it has the call) and {@code sim} (a
 * deterministic model on a virtual clock). What a driver may or may not offer is a {@link
 * io.spillway.driver.Capability}, each asked of the driver and answered with a reason, never
 * inferred from a version.
 */
@NullMarked
package io.spillway.driver;

import org.jspecify.annotations.NullMarked;
