/**
 * Gives a session the hints of a file: at allocation what concerns placement, at the first launch
 * on filled data what makes it read-mostly; and takes back what turns out wrong.
 */
@NullMarked
package io.spillway.advise.apply;

import org.jspecify.annotations.NullMarked;
