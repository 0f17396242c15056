/**
 * {@code spillway check-recording}: whether what a recording reports of kernels is what they
 * touched.
 */
@NullMarked
package io.spillway.samples.profile;

import org.jspecify.annotations.NullMarked;
