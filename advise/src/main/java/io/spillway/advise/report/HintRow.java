package io.spillway.advise.report;

/**
 * A hint as the report's table shows it.
 *
 * @param site the allocation it is about
 * @param range which part of it, in words
 * @param hint what to say of it
 * @param reason the evidence that fired it
 * @param savedBytes bytes it is expected to keep off the link, over the recording
 * @param savedSeconds time it is expected to save, over the recording
 */
public record HintRow(
    String site, String range, String hint, String reason, long savedBytes, double savedSeconds) {}
