/**
 * The plain movers, which predict nothing: what a cleverer engine has to beat. {@link
 * io.spillway.prefetch.baseline.SequentialMover} moves what launches declare, {@link
 * io.spillway.prefetch.baseline.FirstComePlacement} nothing at all.
 */
@NullMarked
package io.spillway.prefetch.baseline;

import org.jspecify.annotations.NullMarked;
