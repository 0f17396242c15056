/** Tests of the agent, most of them in JVMs of their own. */
@NullMarked
package io.spillway.agent;

import org.jspecify.annotations.NullMarked;
