package io.spillway.profile;

/**
 * Where each run of symbols was last seen: an open-addressing map from a hash to a position, which
 * forgets positions too far back to matter rather than growing without end.
 */
final class GramTable {

  /** 64 entries of 16 bytes to begin with. */
  private static final int FIRST_CAPACITY = 64;

  private final int mostCapacity;
  private final long reach;
  private long[] keys = new long[FIRST_CAPACITY];

  // Position + 1, so that 0 is an empty slot.
  private long[] places = new long[FIRST_CAPACITY];
  private int used;

  /**
   * An empty table.
   *
   * @param reach how far back a position matters
   * @param perPosition how many entries one position makes
   */
  GramTable(long reach, int perPosition) {
    this.reach = reach;
    // Twice what is within reach, and that may fill it to the half: amortised O(1) to clear out.
    this.mostCapacity = Integer.highestOneBit(Math.toIntExact(reach * perPosition * 4 - 1)) << 1;
  }

  /** Notes {@code position} for {@code key}; gives the one before, -1 if there is none. */
  long put(long key, long position) {
    if (2 * used >= keys.length) {
      rebuild(position);
    }
    int slot = slot(key);
    long before = places[slot] - 1;
    if (before < 0) {
      keys[slot] = key;
      used++;
    }
    places[slot] = position + 1;
    return before;
  }

  private int slot(long key) {
    int mask = keys.length - 1;
    int slot = (int) Hashes.mix(key) & mask;
    while (places[slot] != 0 && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private void rebuild(long position) {
    long[] oldKeys = keys;
    long[] oldPlaces = places;
    long oldest = Math.max(0, position - reach);
    int live = 0;
    for (long place : oldPlaces) {
      if (place > oldest) {
        live++;
      }
    }
    int capacity = keys.length;
    if (4 * live >= capacity && capacity < mostCapacity) {
      capacity *= 2;
    }
    keys = new long[capacity];
    places = new long[capacity];
    used = 0;
    for (int i = 0; i < oldPlaces.length; i++) {
      if (oldPlaces[i] > oldest) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        places[slot] = oldPlaces[i];
        used++;
      }
    }
  }
}
