/**
 * Moves data ahead of the kernels that need it, within the device budget, and stops when that does
 * not help.
 */
@NullMarked
package io.spillway.prefetch;

import org.jspecify.annotations.NullMarked;
