package io.spillway.prefetch;

import io.spillway.evict.Piece;
import java.util.List;

/**
 * A launch of which the time will tell something: it lacked nothing.
 *
 * @param site its site
 * @param bytes what it touches, in whole pieces
 * @param inPlaceBytes how much of that it accesses in place
 * @param inPlace what that is
 */
record TimedLaunch(long site, long bytes, long inPlaceBytes, List<Piece> inPlace) {}
