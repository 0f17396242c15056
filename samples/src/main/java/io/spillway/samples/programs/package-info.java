/**
 * {@code spillway compare-programs}: programs on plain JCuda, as they are and under the agent, each
 * in a JVM of its own.
 */
@NullMarked
package io.spillway.samples.programs;

import org.jspecify.annotations.NullMarked;
