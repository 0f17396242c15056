/**
 * The driver seam over JCuda 12.6, for programs that already are JCuda programs.
 *
 * <p>{@link io.spillway.driver.jcuda.JcudaDriver} uses JCuda's own calls wherever JCuda has one, so
 * that everything a JCuda program knows (its context, its streams, its logging) holds for Spillway
 * too, and {@code driver.panama} for what JCuda lacks: one NUMA node of the host as a location,
 * batches, discard, pinned memory beyond 2 GiB and 64-bit host views. {@link
 * io.spillway.driver.jcuda.JcudaHandles} converts between JCuda's objects and the seam's numbers.
 *
 * <p>JCuda is an optional dependency: without it on the class path, opening says so, and nothing
 * fails before. JCuda's process-wide settings, such as {@code setExceptionsEnabled}, are neither
 * relied upon nor changed.
 */
@NullMarked
package io.spillway.driver.jcuda;

import org.jspecify.annotations.NullMarked;
