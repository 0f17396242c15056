package io.spillway.hint;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Which blocks of one allocation are read-mostly and which prefer the host, as far as we were the
 * ones to say so. Guarded by its own monitor.
 */
final class AdvisedBlocks {

  private final long base;
  private final BitSet readMostly = new BitSet();
  private final BitSet preferHost = new BitSet();

  AdvisedBlocks(AddressRange allocation) {
    this.base = Blocks.floor(allocation.address());
  }

  /** Before {@code advice} is given: until it succeeds, nothing it is about is certain. */
  synchronized void forget(AddressRange range, Advice advice) {
    switch (advice) {
      case SET_READ_MOSTLY, UNSET_READ_MOSTLY -> set(readMostly, range, false);
      case SET_PREFERRED_LOCATION, UNSET_PREFERRED_LOCATION -> set(preferHost, range, false);
      case SET_ACCESSED_BY, UNSET_ACCESSED_BY -> {}
    }
  }

  /** After {@code advice} was given. */
  synchronized void remember(AddressRange range, Advice advice, Location location) {
    switch (advice) {
      case SET_READ_MOSTLY -> set(readMostly, range, true);
      case SET_PREFERRED_LOCATION -> set(preferHost, range, location.equals(Location.HOST));
      case UNSET_READ_MOSTLY, UNSET_PREFERRED_LOCATION, SET_ACCESSED_BY, UNSET_ACCESSED_BY -> {}
    }
  }

  /** The maximal parts of {@code range} that are read-mostly and prefer the host. */
  synchronized List<AddressRange> droppable(AddressRange range) {
    List<AddressRange> parts = new ArrayList<>(1);
    int end = index(range.end());
    int start = readMostly.nextSetBit(index(range.address()));
    while (start >= 0 && start < end) {
      if (!preferHost.get(start)) {
        start = nextDroppable(start);
        continue;
      }
      int stop =
          Math.min(end, Math.min(readMostly.nextClearBit(start), preferHost.nextClearBit(start)));
      parts.add(new AddressRange(address(start), address(stop) - address(start)));
      start = nextDroppable(stop);
    }
    return parts;
  }

  /** The maximal parts of {@code range} that are read-mostly. */
  synchronized List<AddressRange> readMostly(AddressRange range) {
    List<AddressRange> parts = new ArrayList<>(1);
    int end = index(Blocks.ceil(range.end()));
    for (int start = readMostly.nextSetBit(index(range.address())); start >= 0 && start < end; ) {
      int stop = Math.min(end, readMostly.nextClearBit(start));
      parts.add(new AddressRange(address(start), address(stop) - address(start)));
      start = readMostly.nextSetBit(stop);
    }
    return parts;
  }

  private int nextDroppable(int from) {
    int preferred = preferHost.nextSetBit(from);
    return preferred < 0 ? -1 : readMostly.nextSetBit(preferred);
  }

  private void set(BitSet blocks, AddressRange range, boolean value) {
    blocks.set(index(range.address()), index(range.end()), value);
  }

  private int index(long address) {
    return (int) ((address - base) / Blocks.BYTES);
  }

  private long address(int index) {
    return base + index * Blocks.BYTES;
  }
}
