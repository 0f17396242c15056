package io.spillway.prefetch.trial;

import io.spillway.evict.Piece;
import java.util.List;

/**
 * A launch of which the time will tell something.
 *
 * @param site its site
 * @param bytes what it touches, in whole pieces
 * @param inPlaceBytes how much of that it accesses in place
 * @param inPlace what that is
 * @param sharing whether others' data may be on its way by the same link for as long
 * @param worthNanos what it would have cost to have that on the device instead
 * @param waitNanos how long it may have waited for what was on its way
 * @param beyond whether it goes over more than there is room for
 * @param faults whether it does, and faults
 */
public record TimedLaunch(
    long site,
    long bytes,
    long inPlaceBytes,
    List<Piece> inPlace,
    boolean sharing,
    double worthNanos,
    double waitNanos,
    boolean beyond,
    boolean faults) {

  /** Copies the list. */
  public TimedLaunch {
    inPlace = List.copyOf(inPlace);
  }
}
