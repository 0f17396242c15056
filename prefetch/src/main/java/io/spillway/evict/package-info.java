/**
 * Who is on the device and who leaves: our own account of residency, since the driver gives none.
 *
 * <p>{@link io.spillway.evict.Pieces} cuts managed memory into what is moved as a whole, {@link
 * io.spillway.evict.Piece} knows when it is used next, and {@link io.spillway.evict.Victims} picks
 * who leaves: farthest next use, weighed by {@link io.spillway.evict.Prices}. {@link
 * io.spillway.evict.ResidentBlocks} is the plain account of the baseline movers.
 *
 * <p>{@link io.spillway.evict.LapSchedule} decides a whole lap ahead, from the launches' times:
 * what leaves, when it leaves and when it comes back.
 *
 * <p>Pure: nothing here sees a driver.
 */
@NullMarked
package io.spillway.evict;

import org.jspecify.annotations.NullMarked;
