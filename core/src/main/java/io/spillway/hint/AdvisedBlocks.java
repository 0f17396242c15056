package io.spillway.hint;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Which blocks of one allocation are read-mostly and which prefer the host, as far as we were the
 * ones to say so. Guarded by its own monitor, which whoever changes advice holds over the driver's
 * calls as well, so that advice and what is known of it never part.
 *
 * <p>Launching threads ask without that monitor, of what was last {@linkplain #publish published}:
 * a launch never waits for a driver call that a mover makes.
 */
final class AdvisedBlocks {

  private final long base;
  private final BitSet readMostly = new BitSet();

  /** What a refused call has left read-mostly, or not. */
  private final BitSet doubtful = new BitSet();

  private final BitSet preferHost = new BitSet();
  private volatile Published published = new Published(new BitSet(), new BitSet());

  /**
   * What was known after the last change; the sets never change.
   *
   * @param readMostly what may be read-mostly, also while a call that makes it so is being made
   * @param inPlace what the device reads on the host
   */
  private record Published(BitSet readMostly, BitSet inPlace) {}

  AdvisedBlocks(AddressRange allocation) {
    this.base = Blocks.floor(allocation.address());
  }

  /** Before {@code advice} is given: until it succeeds, nothing it is about is certain. */
  synchronized void forget(AddressRange range, Advice advice) {
    if (advice == Advice.SET_READ_MOSTLY) {
      BitSet soon = (BitSet) published.readMostly.clone();
      set(soon, range, true);
      published = new Published(soon, published.inPlace);
    }
    switch (advice) {
      case SET_READ_MOSTLY, UNSET_READ_MOSTLY -> {
        set(readMostly, range, false);
        set(doubtful, range, true);
      }
      case SET_PREFERRED_LOCATION, UNSET_PREFERRED_LOCATION -> set(preferHost, range, false);
      case SET_ACCESSED_BY, UNSET_ACCESSED_BY -> {}
    }
  }

  /** After {@code advice} was given. */
  synchronized void remember(AddressRange range, Advice advice, Location location) {
    switch (advice) {
      case SET_READ_MOSTLY -> {
        set(readMostly, range, true);
        set(doubtful, range, false);
      }
      case UNSET_READ_MOSTLY -> set(doubtful, range, false);
      case SET_PREFERRED_LOCATION -> set(preferHost, range, location.equals(Location.HOST));
      case UNSET_PREFERRED_LOCATION, SET_ACCESSED_BY, UNSET_ACCESSED_BY -> {}
    }
  }

  /** The maximal parts of {@code range} that are read-mostly and prefer the host. */
  synchronized List<AddressRange> droppable(AddressRange range) {
    return parts(range, block -> readMostly.get(block) && preferHost.get(block));
  }

  /** The maximal parts of {@code range} that are read-mostly, or may be. */
  synchronized List<AddressRange> readMostly(AddressRange range) {
    return parts(range, block -> readMostly.get(block) || doubtful.get(block));
  }

  /** The maximal parts of {@code range} that cannot be dropped. */
  synchronized List<AddressRange> notDroppable(AddressRange range) {
    return parts(range, block -> !(readMostly.get(block) && preferHost.get(block)));
  }

  /** After a change is complete: what launching threads see from now on. */
  synchronized void publish() {
    BitSet inPlace = (BitSet) preferHost.clone();
    BitSet mayBe = (BitSet) readMostly.clone();
    mayBe.or(doubtful);
    inPlace.andNot(mayBe);
    published = new Published(mayBe, inPlace);
  }

  /** Whether a part of {@code range} may be read-mostly. Does not wait for changes. */
  boolean mayBeReadMostly(AddressRange range) {
    int first = published.readMostly.nextSetBit(index(range.address()));
    return first >= 0 && first <= index(range.end() - 1);
  }

  /**
   * Whether the device reads all of {@code range} in place, on the host. Does not wait for changes.
   */
  boolean readInPlace(AddressRange range) {
    return published.inPlace.nextClearBit(index(range.address())) > index(range.end() - 1);
  }

  private List<AddressRange> parts(AddressRange range, IntPredicate wanted) {
    List<AddressRange> parts = new ArrayList<>(1);
    int end = index(range.end() - 1) + 1;
    int start = -1;
    for (int block = index(range.address()); block <= end; block++) {
      boolean in = block < end && wanted.test(block);
      if (in && start < 0) {
        start = block;
      } else if (!in && start >= 0) {
        long from = Math.max(address(start), range.address());
        parts.add(new AddressRange(from, Math.min(address(block), range.end()) - from));
        start = -1;
      }
    }
    return parts;
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
