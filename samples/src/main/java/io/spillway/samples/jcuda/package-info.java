/**
 * Programs as a JCuda user writes them, which know nothing of Spillway: what the drop-in and the
 * agent are shown to work on.
 *
 * <p>Each has a {@code main}, takes its sizes as options, checks its own result exactly and prints
 * it as one line of JSON.
 */
@NullMarked
package io.spillway.samples.jcuda;

import org.jspecify.annotations.NullMarked;
