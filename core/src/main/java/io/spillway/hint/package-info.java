/**
 * Hints and the one place that applies them.
 *
 * <p>Rules and movers return a {@link io.spillway.hint.Plan}; only {@link
 * io.spillway.hint.PlanApplier} calls advise, prefetch and discard on the driver. It clips every
 * hint to whole blocks of live allocations, counts what the driver refuses, and never lets a hint's
 * failure reach the program.
 */
@NullMarked
package io.spillway.hint;

import org.jspecify.annotations.NullMarked;
