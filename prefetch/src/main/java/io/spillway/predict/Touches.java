package io.spillway.predict;

import io.spillway.access.AccessKind;
import java.util.Arrays;

/**
 * One launch on its way in: what it is called and which ranges it touches. Filled, handed over and
 * filled again, so that observing launches makes no garbage. Not thread-safe.
 */
public final class Touches {

  /** Ranges of one launch at first; grows when one has more. */
  private static final int FEW = 8;

  private long site;
  private int count;
  private long[] addresses = new long[FEW];
  private long[] bytes = new long[FEW];
  private AccessKind[] kinds = new AccessKind[FEW];

  /** Nothing. */
  public Touches() {}

  /**
   * Starts over with a launch that touches nothing yet.
   *
   * @param launchSite a hash of what identifies the launch's site: function, line, geometry if
   *     known
   */
  public Touches begin(long launchSite) {
    site = launchSite;
    count = 0;
    return this;
  }

  /** Starts over with a launch of that label. */
  public Touches begin(String label) {
    return begin(Mixing.mix(label.hashCode(), label.length()));
  }

  /** Adds a range. */
  public Touches add(long address, long length, AccessKind kind) {
    if (count == addresses.length) {
      addresses = Arrays.copyOf(addresses, 2 * count);
      bytes = Arrays.copyOf(bytes, 2 * count);
      kinds = Arrays.copyOf(kinds, 2 * count);
    }
    addresses[count] = address;
    bytes[count] = length;
    kinds[count] = kind;
    count++;
    return this;
  }

  /** The hash of the launch's site. */
  public long site() {
    return site;
  }

  /** How many ranges. */
  public int count() {
    return count;
  }

  /** Where range {@code i} starts. */
  public long address(int i) {
    return addresses[i];
  }

  /** How long range {@code i} is. */
  public long bytes(int i) {
    return bytes[i];
  }

  /** How range {@code i} is touched. */
  public AccessKind kind(int i) {
    return kinds[i];
  }
}
