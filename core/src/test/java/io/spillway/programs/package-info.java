/** Programs that tests run under the agent, outside its own package. */
@NullMarked
package io.spillway.programs;

import org.jspecify.annotations.NullMarked;
