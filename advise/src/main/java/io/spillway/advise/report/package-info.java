/**
 * A profile as one self-contained page: what was touched, what faulted and moved, how that compares
 * with the link, and which hints follow.
 */
@NullMarked
package io.spillway.advise.report;

import org.jspecify.annotations.NullMarked;
