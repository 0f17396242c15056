package io.spillway.samples.doctor;

/**
 * One measured rate.
 *
 * @param id what it is called in Spillway's own measurements, such as {@code pinned.h2d}
 * @param what what was measured, in words
 * @param gbps 10^9 bytes a second
 */
record Measurement(String id, String what, double gbps) {}
