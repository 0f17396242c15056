/**
 * What is done next, within the budget: which pieces come, and which leave for them.
 *
 * <p>{@link io.spillway.prefetch.plan.Planner} is the way in: launches and times in, {@linkplain
 * io.spillway.prefetch.step.Step steps} out. Nothing here calls a driver, looks at a clock or knows
 * of threads, so that whole laps can be rehearsed.
 */
@NullMarked
package io.spillway.prefetch.plan;

import org.jspecify.annotations.NullMarked;
