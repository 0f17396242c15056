package io.spillway.evict;

import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Addresses that were freed and not used since, so that launches remembered from before bring none
 * of them back. Ranges that join are one. Not thread-safe.
 */
final class FreedRanges {

  private final NavigableMap<Long, Long> endByStart = new TreeMap<>();

  /** All of it is freed. */
  void add(long start, long end) {
    long from = start;
    long to = end;
    Map.Entry<Long, Long> other = endByStart.floorEntry(end);
    while (other != null && other.getValue() >= start) {
      from = Math.min(from, other.getKey());
      to = Math.max(to, other.getValue());
      endByStart.remove(other.getKey());
      other = endByStart.floorEntry(end);
    }
    endByStart.put(from, to);
  }

  /**
   * All of it is in use.
   *
   * @return whether a part was freed
   */
  boolean remove(long start, long end) {
    boolean any = false;
    Map.Entry<Long, Long> other = endByStart.lowerEntry(end);
    while (other != null && other.getValue() > start) {
      any = true;
      endByStart.remove(other.getKey());
      if (other.getKey() < start) {
        endByStart.put(other.getKey(), start);
      }
      if (other.getValue() > end) {
        endByStart.put(end, other.getValue());
      }
      other = endByStart.lowerEntry(end);
    }
    return any;
  }

  /** Whether a part of it is freed. */
  boolean touch(long start, long end) {
    Map.Entry<Long, Long> last = endByStart.lowerEntry(end);
    return last != null && last.getValue() > start;
  }
}
