/**
 * Launches in terms of pieces: those that are expected ({@link
 * io.spillway.prefetch.launch.Window}), those that a recorded run tells ({@link
 * io.spillway.prefetch.launch.RecordedRun}) and those that were declared and are not issued yet
 * ({@link io.spillway.prefetch.launch.DeclaredLaunches}). Pure: nothing here decides anything.
 */
@NullMarked
package io.spillway.prefetch.launch;

import org.jspecify.annotations.NullMarked;
