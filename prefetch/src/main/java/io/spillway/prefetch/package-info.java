/**
 * Movers: what brings data to the device before a launch needs it, within the device budget.
 *
 * <p>{@link io.spillway.prefetch.SequentialMover} is the plain one, and the baseline that any
 * cleverer engine has to beat.
 */
@NullMarked
package io.spillway.prefetch;

import org.jspecify.annotations.NullMarked;
