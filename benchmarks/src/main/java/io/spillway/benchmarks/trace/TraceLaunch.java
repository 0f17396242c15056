package io.spillway.benchmarks.trace;

import java.util.List;

/**
 * One launch of a trace.
 *
 * @param index its place in the trace
 * @param label what kind of launch it is
 * @param ordinal which of its kind, such as a layer's number
 * @param computeNanos how long it computes with all data at hand; 0 if only memory bounds it
 * @param touches what it goes over, in order
 * @param dead whose contents are not needed once it is done
 */
public record TraceLaunch(
    int index,
    String label,
    int ordinal,
    long computeNanos,
    List<Touch> touches,
    List<Span> dead) {}
