/**
 * Byte sizes, address ranges and block arithmetic: the vocabulary every other package shares.
 *
 * <p>Nothing here performs I/O or keeps state.
 */
@NullMarked
package io.spillway.range;

import org.jspecify.annotations.NullMarked;
