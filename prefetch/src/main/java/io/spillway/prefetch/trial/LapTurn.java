package io.spillway.prefetch.trial;

/**
 * A launch with which a lap has been gone round.
 *
 * @param number those of one lap, gone round again and again in the same way, are consecutive
 * @param inPlace whether all that is to be in place in that lap was, from its beginning
 */
public record LapTurn(long number, boolean inPlace) {}
