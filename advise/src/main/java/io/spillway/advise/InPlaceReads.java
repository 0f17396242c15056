package io.spillway.advise;

import io.spillway.access.AccessKind;
import io.spillway.profile.LaunchKind;
import io.spillway.profile.LaunchShape;
import io.spillway.profile.LaunchSiteProfile;
import io.spillway.profile.PhaseProfile;
import io.spillway.profile.Profile;
import io.spillway.profile.ScheduledAccess;
import io.spillway.range.Blocks;
import java.util.HashMap;
import java.util.Map;

/**
 * The most bytes that launches could read in place. A recording does not tell how often a kernel
 * goes over a range, and reading it 20 times in place costs 20 times as much (measurements h200:
 * zero-copy took 0.251 s with one read per layer and 5.02 s with 20). But a kernel cannot have read
 * more than its caches deliver in the time it ran; what they held, in place crosses the link again.
 *
 * <p>Only launches that never waited for a fault tell that time: what faults take is a hundred
 * times what reading takes, so no difference of the two is of use. Such launches are those on
 * memory that was at hand, such as plain memory, and one tells of all of its site, in proportion to
 * the bytes.
 */
public final class InPlaceReads {

  private static final double NANOS_PER_SECOND = 1e9;

  /**
   * How much faster than device memory first-level caches are: 128 bytes a clock of each of 132
   * multiprocessors at 1.755 GHz (NVIDIA H100 architecture white paper) are 29.6 TB/s, against 4.3
   * TB/s (measurements h200: device read). A scan of vectors that was held to the latter went over
   * 18 MiB in place, and took 0.27 s longer than with faults.
   */
  private static final double CACHES_OVER_MEMORY = 7;

  private final Profile profile;
  private final Prices prices;

  /** By site, the slowest of its launches that never stalled, in nanoseconds a byte. */
  private final Map<Integer, Double> nanosPerByte = new HashMap<>();

  /** Looks at the launches of all laps. */
  public InPlaceReads(Profile profile, Prices prices) {
    this.profile = profile;
    this.prices = prices;
    for (PhaseProfile phase : profile.phases()) {
      for (LaunchShape shape : phase.schedule().shapes()) {
        long bytes = crossings(shape);
        if (shape.meanNanos() > 0 && shape.meanStallNanos() == 0 && bytes > 0) {
          nanosPerByte.merge(shape.site(), shape.meanNanos() / bytes, Math::max);
        }
      }
    }
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
    Double nanos = nanosPerByte.get(shape.site());
    return nanos == null
        ? Double.POSITIVE_INFINITY
        : nanos / NANOS_PER_SECOND * prices.device() * CACHES_OVER_MEMORY;
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
