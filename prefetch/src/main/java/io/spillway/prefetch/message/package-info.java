/**
 * How the program's threads tell the engine's background thread what they do: without a lock and
 * without garbage, since launches pay for it.
 *
 * <p>{@link io.spillway.prefetch.message.Inbox} takes {@linkplain
 * io.spillway.prefetch.message.Message messages}; {@link io.spillway.prefetch.message.Attention}
 * tells whether somebody has to be woken to read them.
 */
@NullMarked
package io.spillway.prefetch.message;

import org.jspecify.annotations.NullMarked;
