/**
 * Steps done: what calls the driver, when, and on which thread.
 *
 * <p>{@link io.spillway.prefetch.move.Mover} does a step, fetching and writing back by lanes that
 * have a context and a thread each; {@link io.spillway.prefetch.move.Presence} tells launching
 * threads what is there, {@link io.spillway.prefetch.move.Completions} the mover which launches are
 * done. Nothing here decides what moves.
 */
@NullMarked
package io.spillway.prefetch.move;

import org.jspecify.annotations.NullMarked;
