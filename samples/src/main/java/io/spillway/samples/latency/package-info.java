/** How much longer a launch takes the launching thread where the engine listens and moves. */
@NullMarked
package io.spillway.samples.latency;

import org.jspecify.annotations.NullMarked;
