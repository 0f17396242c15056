package io.spillway.evict;

/** Positions of future uses, nearest first: a ring that grows. Not thread-safe. */
final class UseQueue {

  private static final int FEW = 4;

  private long[] positions = new long[FEW];
  private int head;
  private int size;

  /** Adds a use that is not before the last one, once. */
  void add(long position) {
    if (size > 0 && positions[(head + size - 1) & (positions.length - 1)] == position) {
      return;
    }
    if (size == positions.length) {
      long[] larger = new long[2 * size];
      for (int i = 0; i < size; i++) {
        larger[i] = positions[(head + i) & (size - 1)];
      }
      positions = larger;
      head = 0;
    }
    positions[(head + size++) & (positions.length - 1)] = position;
  }

  /** Forgets uses up to {@code position}. */
  void passed(long position) {
    while (size > 0 && positions[head] <= position) {
      head = (head + 1) & (positions.length - 1);
      size--;
    }
  }

  void clear() {
    size = 0;
  }

  boolean isEmpty() {
    return size == 0;
  }

  long first() {
    return positions[head];
  }

  void copyFrom(UseQueue other) {
    positions = other.positions.clone();
    head = other.head;
    size = other.size;
  }
}
