package io.spillway.predict;

import java.util.Arrays;

/**
 * A map from hashes to numbers from 0 on, without boxes: open addressing, twice as large as full.
 * Entries stay. Not thread-safe.
 */
final class LongIntTable {

  /** What is not there. */
  static final int NONE = -1;

  private static final int FIRST_BITS = 4;

  private int bits = FIRST_BITS;
  private long[] keys = new long[1 << FIRST_BITS];
  private int[] values = new int[1 << FIRST_BITS];
  private int size;

  LongIntTable() {
    Arrays.fill(values, NONE);
  }

  /** The number of {@code key}, {@link #NONE} if it has none. */
  int get(long key) {
    return values[slot(key)];
  }

  /** Gives {@code key} a number, not {@link #NONE}. */
  void put(long key, int value) {
    int slot = slot(key);
    if (values[slot] == NONE) {
      if (2 * size >= keys.length) {
        grow();
        slot = slot(key);
      }
      size++;
      keys[slot] = key;
    }
    values[slot] = value;
  }

  private int slot(long key) {
    int slot = Mixing.index(key, bits);
    while (values[slot] != NONE && keys[slot] != key) {
      slot = (slot + 1) & (keys.length - 1);
    }
    return slot;
  }

  private void grow() {
    long[] oldKeys = keys;
    int[] oldValues = values;
    bits++;
    keys = new long[1 << bits];
    values = new int[1 << bits];
    Arrays.fill(values, NONE);
    for (int i = 0; i < oldKeys.length; i++) {
      if (oldValues[i] != NONE) {
        int slot = slot(oldKeys[i]);
        keys[slot] = oldKeys[i];
        values[slot] = oldValues[i];
      }
    }
  }
}
