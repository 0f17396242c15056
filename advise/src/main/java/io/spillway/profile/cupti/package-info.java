/**
 * Page faults, transfers and kernel runs from CUPTI, through FFM.
 *
 * <p>{@link io.spillway.profile.cupti.ActivityRecording} is the way in: it finds the library,
 * checks its version against the record layouts known here, and hands what CUPTI saw to a consumer
 * on a thread of its own. Nothing here knows of sessions, launches or JFR. Besides {@code
 * io.spillway.driver.panama} this is the only package that links native code.
 */
@NullMarked
package io.spillway.profile.cupti;

import org.jspecify.annotations.NullMarked;
