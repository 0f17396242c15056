package io.spillway;

import io.spillway.access.AccessKind;
import io.spillway.access.RangeAccess;
import io.spillway.range.AddressRange;
import java.util.ArrayList;
import java.util.List;

/**
 * A launch that is still to come, for {@link Spillway#upcoming}: named and described as its {@link
 * Spillway#launch} scope will be. Immutable; each method returns a new one.
 *
 * @param label what kind of launch it is, as in {@link Spillway#launch}
 * @param accesses what it touches, in the order in which its scope will declare it
 */
public record UpcomingLaunch(String label, List<RangeAccess> accesses) {

  /** Copies the list. */
  public UpcomingLaunch {
    accesses = List.copyOf(accesses);
  }

  /** One that touches nothing yet. */
  public static UpcomingLaunch of(String label) {
    return new UpcomingLaunch(label, List.of());
  }

  /**
   * It reads {@code bytes} bytes from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if that is not inside {@code allocation}
   */
  public UpcomingLaunch reads(Allocation allocation, long offset, long bytes) {
    return with(allocation, offset, bytes, AccessKind.READ);
  }

  /**
   * It writes {@code bytes} bytes from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if that is not inside {@code allocation}
   */
  public UpcomingLaunch writes(Allocation allocation, long offset, long bytes) {
    return with(allocation, offset, bytes, AccessKind.WRITE);
  }

  /**
   * It reads and writes {@code bytes} bytes from {@code offset}.
   *
   * @throws IndexOutOfBoundsException if that is not inside {@code allocation}
   */
  public UpcomingLaunch updates(Allocation allocation, long offset, long bytes) {
    return with(allocation, offset, bytes, AccessKind.READ_WRITE);
  }

  private UpcomingLaunch with(Allocation allocation, long offset, long bytes, AccessKind kind) {
    allocation.requireOpen();
    AddressRange range = allocation.range().slice(offset, bytes);
    List<RangeAccess> more = new ArrayList<>(accesses);
    more.add(new RangeAccess(range, kind));
    return new UpcomingLaunch(label, more);
  }
}
