/**
 * JCuda's allocation calls with Spillway behind them.
 *
 * <p>{@link io.spillway.dropin.SpillwayDriver} and {@link io.spillway.dropin.SpillwayRuntime} carry
 * JCuda's own signatures, so a program uses them by changing imports. Both stand on {@link
 * io.spillway.dropin.Dropin}, which knows no JCuda type: it decides what is redirected, and lets
 * the program's own call, a {@link io.spillway.dropin.NativeCalls}, serve it. The agent stands on
 * the same class. {@link io.spillway.dropin.DropinSettings} says what can be set, and where.
 */
@NullMarked
package io.spillway.dropin;

import org.jspecify.annotations.NullMarked;
