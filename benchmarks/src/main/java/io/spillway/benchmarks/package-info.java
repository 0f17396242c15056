/** The commands that compare policies. */
@NullMarked
package io.spillway.benchmarks;

import org.jspecify.annotations.NullMarked;
