/** {@code spillway report}: a recording as a page to look at. */
@NullMarked
package io.spillway.samples.report;

import org.jspecify.annotations.NullMarked;
