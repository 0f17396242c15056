/**
 * What the times that launches and laps take say about accessing memory in place: nothing tells
 * beforehand how often a launch goes over what it touches, so it is tried.
 *
 * <p>{@link io.spillway.prefetch.trial.InPlaceTrials} decides for the launches of a site, {@link
 * io.spillway.prefetch.trial.ReadInPlace} for what a whole lap only reads; {@link
 * io.spillway.prefetch.trial.Sampling} says which launches are worth timing. Pure: nothing here
 * sees a driver or a clock.
 */
@NullMarked
package io.spillway.prefetch.trial;

import org.jspecify.annotations.NullMarked;
