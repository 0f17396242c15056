/**
 * What launches access on the host, where it is, and what comes instead: by the lap's plan or by a
 * recorded run's uses where there is one, else by estimates.
 *
 * <p>{@link io.spillway.prefetch.inplace.InPlaceChoice} chooses for a launch that was declared,
 * {@link io.spillway.prefetch.inplace.ForeseenInPlace} for one that is expected; {@link
 * io.spillway.prefetch.inplace.Bypass} and {@link io.spillway.prefetch.inplace.Admission} weigh a
 * piece against what would have to leave for it.
 */
@NullMarked
package io.spillway.prefetch.inplace;

import org.jspecify.annotations.NullMarked;
