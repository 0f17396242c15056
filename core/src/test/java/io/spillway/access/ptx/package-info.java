/** Tests of the static evidence: on a corpus of kernels, on random programs, on random bytes. */
@NullMarked
package io.spillway.access.ptx;

import org.jspecify.annotations.NullMarked;
