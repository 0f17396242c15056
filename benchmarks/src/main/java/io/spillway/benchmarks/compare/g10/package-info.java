/**
 * The hardware rule of the G10 artifact (Zhang et al., MICRO 2023, {@code platformxlab/G10}),
 * written anew after its behaviour, so that its published results can stand in one table with ours.
 *
 * <p>A page of 4 KiB is what moves. Every 13 microseconds up to 50 pages go each way; no latency is
 * charged per fault. The rule is the artifact's, with its peculiarities, and says nothing about a
 * real driver.
 */
@NullMarked
package io.spillway.benchmarks.compare.g10;

import org.jspecify.annotations.NullMarked;
