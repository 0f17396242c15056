/**
 * What is to be done next, in words that planning and moving share: {@linkplain
 * io.spillway.prefetch.step.Step steps}, and {@linkplain io.spillway.prefetch.step.PendingAdvice
 * advice} that becomes one.
 */
@NullMarked
package io.spillway.prefetch.step;

import org.jspecify.annotations.NullMarked;
