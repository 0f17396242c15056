package io.spillway.dropin;

import io.spillway.access.LaunchEvent;
import io.spillway.access.RangeAccess;
import io.spillway.access.ptx.ParameterAccess;
import io.spillway.allocate.LiveAllocation;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;

/**
 * A launch or copy that was seen, with all that its repetitions have in common.
 *
 * @param name the kernel's, or the call's
 * @param shape its {@link LaunchEvent.Dimensions}, or for copies their {@link Extent}
 * @param allocations what it touches
 * @param uses what it does with each of them, as far as that is known
 * @param site where it was first made
 * @param accesses what a kernel touches, as plugins are told it; empty for copies
 * @param geometry a kernel's dimensions in words
 */
record KnownLaunch(
    String name,
    Record shape,
    List<LiveAllocation> allocations,
    List<ParameterAccess> uses,
    LaunchSites.Site site,
    List<RangeAccess> accesses,
    LaunchEvent.Geometry geometry) {

  private static final LaunchEvent.Geometry NONE = new LaunchEvent.Geometry("", "");

  /**
   * How much a copy touches.
   *
   * @param destinationBytes written, 0 if not in device memory that is known
   * @param sourceBytes read, 0 if not in device memory that is known
   */
  record Extent(long destinationBytes, long sourceBytes) {}

  static KnownLaunch kernel(
      String name,
      LaunchEvent.Dimensions dimensions,
      TouchedAllocations touched,
      LaunchSites.Site site) {
    List<RangeAccess> accesses = new ArrayList<>(touched.count());
    for (int i = 0; i < touched.count(); i++) {
      AddressRange range = touched.get(i).range();
      touched.access(i).kind().ifPresent(kind -> accesses.add(new RangeAccess(range, kind)));
    }
    return new KnownLaunch(
        name,
        dimensions,
        touched.list(),
        touched.uses(),
        site,
        List.copyOf(accesses),
        dimensions.geometry());
  }

  static KnownLaunch copy(
      String name, Extent extent, TouchedAllocations touched, LaunchSites.Site site) {
    return new KnownLaunch(name, extent, touched.list(), touched.uses(), site, List.of(), NONE);
  }

  /** Whether it is one of these. */
  boolean matches(String otherName, Record otherShape, TouchedAllocations touched) {
    return name.equals(otherName) && shape.equals(otherShape) && touched.are(allocations, uses);
  }
}
