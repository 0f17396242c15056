/**
 * The demo: a layered model whose weights exceed a device budget, run in every way there is to run
 * it, each result checked against a host reference.
 *
 * <p>{@link io.spillway.samples.demo.Job} says what is computed, a {@link
 * io.spillway.samples.demo.Way} where the weights live meanwhile, {@link
 * io.spillway.samples.demo.Demo} runs the ways and measures them.
 */
@NullMarked
package io.spillway.samples.demo;

import org.jspecify.annotations.NullMarked;
