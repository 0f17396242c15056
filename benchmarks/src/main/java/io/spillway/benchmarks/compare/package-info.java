/**
 * Policies compared: each replays a trace on the simulated driver, or under the G10 artifact's
 * rule, next to the bounds that no policy can pass.
 */
@NullMarked
package io.spillway.benchmarks.compare;

import org.jspecify.annotations.NullMarked;
