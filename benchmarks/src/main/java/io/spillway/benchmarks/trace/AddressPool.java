package io.spillway.benchmarks.trace;

import java.util.Iterator;
import java.util.Map;
import java.util.TreeMap;

/**
 * Gives out addresses in one growing range and takes them back, as a framework's caching allocator
 * does: first fit, large pieces on block boundaries.
 */
final class AddressPool {

  /** From this size on a piece starts on a boundary of as much: one block. */
  private static final long LARGE_BYTES = 2 << 20;

  private static final long SMALL_ALIGNMENT = 4096;

  private final TreeMap<Long, Long> freeByStart = new TreeMap<>();
  private long end;

  /** The bytes the pool spans. */
  long bytes() {
    return end;
  }

  /** The start of {@code bytes} free bytes, free no longer. */
  long take(long bytes) {
    long alignment = bytes >= LARGE_BYTES ? LARGE_BYTES : SMALL_ALIGNMENT;
    for (Iterator<Map.Entry<Long, Long>> pieces = freeByStart.entrySet().iterator();
        pieces.hasNext(); ) {
      Map.Entry<Long, Long> piece = pieces.next();
      // Removing it may change what the entry says.
      long from = piece.getKey();
      long size = piece.getValue();
      long start = aligned(from, alignment);
      if (start + bytes <= from + size) {
        pieces.remove();
        split(from, size, start, bytes);
        return start;
      }
    }
    long start = aligned(end, alignment);
    if (start > end) {
      give(end, start - end);
    }
    end = start + bytes;
    return start;
  }

  private void split(long from, long size, long start, long bytes) {
    if (start > from) {
      freeByStart.put(from, start - from);
    }
    if (start + bytes < from + size) {
      freeByStart.put(start + bytes, from + size - start - bytes);
    }
  }

  /** Takes a piece back. */
  void give(long start, long bytes) {
    long from = start;
    long to = start + bytes;
    Map.Entry<Long, Long> before = freeByStart.lowerEntry(start);
    if (before != null && before.getKey() + before.getValue() == start) {
      from = before.getKey();
    }
    Long after = freeByStart.remove(to);
    if (after != null) {
      to += after;
    }
    freeByStart.put(from, to - from);
  }

  private static long aligned(long address, long alignment) {
    return (address + alignment - 1) / alignment * alignment;
  }
}
