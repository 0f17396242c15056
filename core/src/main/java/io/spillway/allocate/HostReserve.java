package io.spillway.allocate;

import io.spillway.range.ByteSize;

/**
 * The host memory that is never promised, left for the Java heap, other processes and page cache.
 * Managed host pages cannot be swapped or reclaimed, so whatever else needs memory must find it
 * here.
 */
@FunctionalInterface
public interface HostReserve {

  /**
   * A sixteenth of the limit, at least 1 GiB, at most a quarter of the limit. One GiB is what a
   * small service beside the program takes; a sixteenth leaves a large machine the page cache for
   * its files; the quarter keeps small containers usable. Judgements, not measurements. The Java
   * heap counts as it is used, not up to {@code -Xmx}: a program whose heap will still grow by more
   * sets its own reserve.
   */
  HostReserve STANDARD =
      limitBytes -> Math.min(limitBytes / 4, Math.max(ByteSize.GIB, limitBytes / 16));

  /** How much to keep of a host whose limit is {@code limitBytes}; not negative. */
  long bytes(long limitBytes);

  /** A fixed number of bytes. */
  static HostReserve ofBytes(long bytes) {
    if (bytes < 0) {
      throw new IllegalArgumentException("host reserve " + bytes + ": must not be negative");
    }
    return limitBytes -> bytes;
  }
}
