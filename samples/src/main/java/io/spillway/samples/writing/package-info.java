/**
 * Data that the device makes itself, and needs again: what it costs to have it leave and return.
 */
@NullMarked
package io.spillway.samples.writing;

import org.jspecify.annotations.NullMarked;
