package io.spillway.profile;

/**
 * The course of a recording, in bins of equal length.
 *
 * @param deviceTime whether times are the device's; else no event told them, only launches are
 *     shown, and times are when launches were made, in nanoseconds since 1970
 * @param startNanos where the first bin begins
 * @param binNanos how long a bin is
 * @param bins a row for each bin
 * @param heat faults, transfers and residency by address too; it begins where the first bin does
 */
public record Timeline(
    boolean deviceTime, long startNanos, long binNanos, Columns<TimeMeasure> bins, HeatMap heat) {}
