/**
 * What becomes of a lap's pieces: which stay on the device from one use to the next, which are in
 * place, and which come and go.
 *
 * <p>{@link io.spillway.prefetch.lap.LapStays} decides, by what {@link
 * io.spillway.prefetch.lap.LapCosts} and {@link io.spillway.prefetch.lap.LapForecast} say that a
 * lap takes. Pure: nothing here sees a driver or a clock.
 */
@NullMarked
package io.spillway.prefetch.lap;

import org.jspecify.annotations.NullMarked;
