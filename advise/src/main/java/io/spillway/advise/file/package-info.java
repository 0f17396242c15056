/**
 * The hints file: versioned JSON, keyed by allocation site, for people to read and for the next run
 * to apply.
 */
@NullMarked
package io.spillway.advise.file;

import org.jspecify.annotations.NullMarked;
