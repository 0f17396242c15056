/** {@code spillway advise}: from a recording to hints, for files, people and programs. */
@NullMarked
package io.spillway.samples.advise;

import org.jspecify.annotations.NullMarked;
