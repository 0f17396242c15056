package io.spillway.profile;

import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The ranges that launches touch, found by allocation, offset and length. */
final class RangeTable {

  /**
   * Ranges kept: 200 bytes each, 13 MB. A program that touches more has them spread over the blocks
   * now and then, which costs it the distances between touches across that moment.
   */
  static final int MOST_RANGES = 1 << 16;

  /** 256 slots to begin with. */
  private static final int FIRST_CAPACITY = 256;

  private final Function<AllocationRow, Columns.Builder<BlockMeasure>> columns;
  private @Nullable RangeEntry[] slots = new @Nullable RangeEntry[FIRST_CAPACITY];
  private int count;

  /** An empty table that spreads over the columns of the phase that is current. */
  RangeTable(Function<AllocationRow, Columns.Builder<BlockMeasure>> columns) {
    this.columns = columns;
  }

  RangeEntry of(AllocationRow row, long offset, long bytes) {
    int slot = slot(row, offset, bytes);
    RangeEntry entry = slots[slot];
    if (entry != null) {
      return entry;
    }
    if (count == MOST_RANGES) {
      flush();
      Arrays.fill(slots, null);
      count = 0;
      slot = slot(row, offset, bytes);
    } else if (2 * (count + 1) > slots.length) {
      grow();
      slot = slot(row, offset, bytes);
    }
    RangeEntry made = new RangeEntry(row, offset, bytes);
    slots[slot] = made;
    count++;
    return made;
  }

  private int slot(AllocationRow row, long offset, long bytes) {
    int mask = slots.length - 1;
    int slot = (int) Hashes.mix(Hashes.mix(offset, bytes), row.index) & mask;
    for (RangeEntry entry = slots[slot]; entry != null; entry = slots[slot]) {
      if (entry.is(row, offset, bytes)) {
        break;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void grow() {
    @Nullable RangeEntry[] old = slots;
    slots = new @Nullable RangeEntry[2 * old.length];
    for (RangeEntry entry : old) {
      if (entry != null) {
        slots[slot(entry.row, entry.offset, entry.bytes)] = entry;
      }
    }
  }

  /** Spreads what was counted over the blocks of the current phase. */
  void flush() {
    for (RangeEntry entry : slots) {
      if (entry != null) {
        entry.flush(columns.apply(entry.row));
      }
    }
  }
}
