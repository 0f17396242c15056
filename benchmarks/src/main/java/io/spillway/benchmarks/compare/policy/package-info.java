/**
 * The policies, one class each: a launch comes in, a plan of hints goes out.
 *
 * <p>None sees a driver. Each says which paper it follows and where it departs from it.
 */
@NullMarked
package io.spillway.benchmarks.compare.policy;

import org.jspecify.annotations.NullMarked;
