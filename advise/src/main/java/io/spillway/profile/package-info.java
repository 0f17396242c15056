/**
 * What a program touched and what that cost: recorded as JFR events, folded into an immutable
 * profile.
 *
 * <p>The events of this package carry times of one clock, the device's: CUPTI's on a GPU, the
 * virtual one in the simulator. {@code sequence} is the number of the launch that an event belongs
 * to. Nothing here knows the rules that read a profile.
 */
@NullMarked
package io.spillway.profile;

import org.jspecify.annotations.NullMarked;
