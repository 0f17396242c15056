/**
 * The {@code spillway} command: one subcommand per question a user asks.
 *
 * <p>{@link io.spillway.samples.doctor} says what a machine offers, {@link
 * io.spillway.samples.demo} runs one job in every way there is to run it, and {@link
 * io.spillway.samples.device} is the only place where either opens a device.
 */
@NullMarked
package io.spillway.samples;

import org.jspecify.annotations.NullMarked;
