package io.spillway.advise;

import io.spillway.access.AccessKind;
import io.spillway.profile.LapSchedule;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchShape;
import io.spillway.profile.LaunchSiteProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ScheduledAccess;
import io.spillway.range.Blocks;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The most bytes that launches could read in place. A recording does not tell how often a kernel
 * goes over a range, and reading it 20 times in place costs 20 times as much (measurements h200:
 * zero-copy took 0.251 s with one read per layer and 5.02 s with 20). But a kernel cannot have read
 * more than device memory delivers in the time it ran less the time it waited for faults.
 */
public final class InPlaceReads {

  private static final double NANOS_PER_SECOND = 1e9;

  private final Profile profile;
  private final Prices prices;

  /** Sites of whose launches in this lap all touch equally many bytes. */
  private final Set<Integer> uniformSites = new HashSet<>();

  private final Map<LaunchShape, Double> timesRead = new HashMap<>();

  /** Looks at the launches of a lap. */
  public InPlaceReads(Profile profile, LapSchedule schedule, Prices prices) {
    this.profile = profile;
    this.prices = prices;
    Map<Integer, Long> bytesOfSite = new HashMap<>();
    Set<Integer> mixed = new HashSet<>();
    for (LaunchShape shape : schedule.shapes()) {
      Long other = bytesOfSite.putIfAbsent(shape.site(), crossings(shape));
      if (other != null && other != crossings(shape)) {
        mixed.add(shape.site());
      }
    }
    uniformSites.addAll(bytesOfSite.keySet());
    uniformSites.removeAll(mixed);
  }

  /**
   * The most bytes that one launch of {@code shape} could read or write of one block through {@code
   * access}, if it went over all it touches alike; infinite if that is not known. Copies cross the
   * link whether the memory is on the device or not, so they count nothing.
   */
  double bytesPerBlock(LaunchShape shape, ScheduledAccess access) {
    if (site(shape).kind() == LaunchKind.COPY) {
      return 0;
    }
    double once = (double) Math.min(access.bytes(), Blocks.BYTES) * crossings(access.kind());
    return once * timesRead(shape);
  }

  /** How often a launch could go over all it touches, at most; infinite if not known. */
  public double timesRead(LaunchShape shape) {
    return timesRead.computeIfAbsent(shape, this::bound);
  }

  private double bound(LaunchShape shape) {
    double busy = busyNanos(shape);
    long bytes = crossings(shape);
    if (busy == Double.POSITIVE_INFINITY || bytes == 0) {
      return Double.POSITIVE_INFINITY;
    }
    return busy / NANOS_PER_SECOND * prices.device() / bytes;
  }

  /** The longest a launch can have been reading, its data at hand. */
  private double busyNanos(LaunchShape shape) {
    if (shape.meanNanos() <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    double busy = Math.max(0, shape.meanNanos() - shape.meanStallNanos());
    LaunchSiteProfile site = site(shape);
    boolean alike = uniformSites.contains(shape.site()) && site.run().count() > 0;
    return alike ? Math.min(busy, (double) site.run().leastNanos()) : busy;
  }

  private LaunchSiteProfile site(LaunchShape shape) {
    return profile.sites().get(shape.site());
  }

  private static long crossings(LaunchShape shape) {
    long bytes = 0;
    for (ScheduledAccess access : shape.accesses()) {
      bytes += access.bytes() * crossings(access.kind());
    }
    return bytes;
  }

  /** What is read and written goes both ways. */
  private static int crossings(AccessKind kind) {
    return kind == AccessKind.READ_WRITE ? 2 : 1;
  }
}
