/**
 * The face of Spillway: open a session, allocate, declare what the next launch touches.
 *
 * <p>Start at {@link io.spillway.Spillway}.
 */
@NullMarked
package io.spillway;

import org.jspecify.annotations.NullMarked;
