/**
 * The face of Spillway: open a session, allocate, declare what the next launch touches.
 *
 * <p>Start at {@link io.spillway.Spillway}:
 *
 * <ul>
 *   <li>{@link io.spillway.SpillwayConfig} sets a session up; every setting has a default.
 *   <li>{@link io.spillway.Allocation} is memory that a session allocated, with the hints a program
 *       can give about it.
 *   <li>{@link io.spillway.LaunchScope} declares what one launch touches; {@link
 *       io.spillway.UpcomingLaunch} names launches further ahead.
 *   <li>{@link io.spillway.SpillwayStatistics} says what the session did, and why not more.
 *   <li>{@link io.spillway.SessionPlugin} is how movers and recorders take part. {@link
 *       io.spillway.Interception} serves programs that make their own CUDA calls.
 * </ul>
 *
 * <p>Sizes and offsets are in bytes, addresses are the device's. Hints, scopes and plugins never
 * change what a program computes; a hint that the driver refuses is counted, not thrown.
 */
@NullMarked
package io.spillway;

import org.jspecify.annotations.NullMarked;
