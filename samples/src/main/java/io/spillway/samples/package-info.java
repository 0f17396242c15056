/** One runnable program per question a user asks. */
@NullMarked
package io.spillway.samples;

import org.jspecify.annotations.NullMarked;
