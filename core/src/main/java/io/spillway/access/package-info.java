/**
 * What a program touches: launches, and the ranges each of them reads and writes.
 *
 * <p>Declared scopes are the first source; intercepted launches and observed faults speak the same
 * words. Listeners learn of accesses before the launch that makes them, so that they can act.
 */
@NullMarked
package io.spillway.access;

import org.jspecify.annotations.NullMarked;
