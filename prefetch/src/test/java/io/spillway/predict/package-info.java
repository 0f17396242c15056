/** Tests of prediction. */
@NullMarked
package io.spillway.predict;

import org.jspecify.annotations.NullMarked;
