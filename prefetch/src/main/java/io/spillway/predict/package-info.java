/**
 * What comes next: launches seen so far in, launches to expect out.
 *
 * <p>{@link io.spillway.predict.Predictor} is the way in. It knows launches by what they touch
 * ({@link io.spillway.predict.LaunchTable}), follows what it has seen before ({@link
 * io.spillway.predict.LapFollower}), goes by what an earlier run launched as long as this one does
 * the same ({@link io.spillway.predict.ScheduleFollower}), and where nothing repeats falls back to
 * strides ({@link io.spillway.predict.StrideTable}) and to what usually follows what ({@link
 * io.spillway.predict.SuccessorTable}). Pure: nothing here sees a driver, a clock or a thread.
 */
@NullMarked
package io.spillway.predict;

import org.jspecify.annotations.NullMarked;
