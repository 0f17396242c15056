/** Files in JSON, read so that whatever is wrong with one is told with its place. */
@NullMarked
package io.spillway.json;

import org.jspecify.annotations.NullMarked;
