package io.spillway.benchmarks.trace;

/**
 * A part of a region.
 *
 * @param region the region's number
 * @param offset its first byte in there
 * @param bytes its length
 */
public record Span(int region, long offset, long bytes) {}
