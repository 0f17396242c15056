package io.spillway.profile;

import io.spillway.allocate.MemoryKind;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The allocations of a recording, one {@link AllocationRow} for all of one site and size that come
 * one after the other.
 */
final class AllocationTable {

  /** Rows kept; allocations beyond are as if they had not been told. */
  static final int MOST_ROWS = 1 << 16;

  /** Blocks kept over all rows: 8 TiB of memory; allocations beyond as above. */
  static final long MOST_BLOCKS = 1L << 22;

  /**
   * An allocation as an event tells it.
   *
   * @param site its site
   * @param label its label, empty if none
   * @param kind which memory
   * @param bytes its size
   * @param requestedBytes what was asked for
   * @param ordinal its number in its session
   */
  record Told(
      String site, String label, MemoryKind kind, long bytes, long requestedBytes, long ordinal) {}

  /** Allocations that are alike but for which of them they are. */
  private record Family(String origin, MemoryKind kind, long bytes) {}

  /** The rows of one family, and which of them stand for a live allocation. */
  private static final class Slots {
    final List<AllocationRow> rows = new ArrayList<>();
    final BitSet live = new BitSet();
  }

  private final List<AllocationRow> rows = new ArrayList<>();
  private final Map<Family, Slots> families = new HashMap<>();
  private final LiveRanges live = new LiveRanges();
  private long blocks;

  /** All rows, in the order in which they were first seen. */
  List<AllocationRow> rows() {
    return rows;
  }

  /** Who is live, and who was. */
  LiveRanges live() {
    return live;
  }

  /** Whether an allocation is live already, and only told again. */
  boolean isKnown(Told told, long address) {
    AllocationRow known = live.find(address);
    return known != null && known.is(address, told.bytes(), told.ordinal());
  }

  /**
   * An allocation was made, which overlaps none that is live.
   *
   * @param sequence the last launch before
   */
  void allocated(Told told, long address, long sequence) {
    Family family = new Family(origin(told), told.kind(), told.bytes());
    Slots slots = families.get(family);
    int slot = slots == null ? 0 : slots.live.nextClearBit(0);
    AllocationRow row;
    if (slots != null && slot < slots.rows.size()) {
      row = slots.rows.get(slot);
    } else {
      long count = Blocks.count(told.bytes());
      if (rows.size() >= MOST_ROWS || blocks + count > MOST_BLOCKS) {
        return;
      }
      row = new AllocationRow(rows.size(), slot, told, (int) count, blocks, sequence);
      blocks += count;
      rows.add(row);
      slots = slots == null ? newSlots(family) : slots;
      slots.rows.add(row);
    }
    slots.live.set(slot);
    row.begin(address, told.ordinal());
    live.add(address, address + told.bytes(), sequence, row);
  }

  private Slots newSlots(Family family) {
    Slots slots = new Slots();
    families.put(family, slots);
    return slots;
  }

  /** The allocation that {@code address} lies in is gone. Null if there is none. */
  @Nullable AllocationRow freed(long address) {
    AllocationRow row = live.remove(address);
    if (row != null) {
      Told told =
          new Told(row.site, row.label, row.kind, row.bytes, row.requestedBytes, row.ordinal);
      Slots slots = families.get(new Family(origin(told), row.kind, row.bytes));
      if (slots != null) {
        slots.live.clear(row.slot);
      }
    }
    return row;
  }

  /** The site without the number that tells it from others of the same line. */
  private static String origin(Told told) {
    if (!told.label().isEmpty()) {
      return told.label();
    }
    int number = told.site().lastIndexOf('#');
    return number < 0 ? told.site() : told.site().substring(0, number);
  }
}
