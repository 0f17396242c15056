/** Runs a profile's laps again on the simulator, with hints given as a session gives them. */
@NullMarked
package io.spillway.advise.replay;

import org.jspecify.annotations.NullMarked;
