/**
 * The doctor: what this machine offers, whether Spillway would be active on it, and why not if not.
 */
@NullMarked
package io.spillway.samples.doctor;

import org.jspecify.annotations.NullMarked;
