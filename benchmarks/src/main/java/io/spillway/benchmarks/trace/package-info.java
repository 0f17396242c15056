/**
 * Traces: what launches touched, made or read.
 *
 * <p>Readers, one class per file format, and seeded generators give a {@link
 * io.spillway.benchmarks.trace.Trace}, the launch-by-launch stream that policies are compared on.
 */
@NullMarked
package io.spillway.benchmarks.trace;

import org.jspecify.annotations.NullMarked;
