package io.spillway.evict;

/** Positions of future uses, nearest first: a ring that grows. Not thread-safe. */
final class UseQueue {

  private static final int FEW = 4;

  private long[] positions = new long[FEW];
  private int head;
  private int size;

  /** Adds a use that is not before the last one, once. */
  void add(long position) {
    if (size > 0 && at(size - 1) == position) {
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

  /** Forgets uses from {@code position} on. */
  void withdraw(long position) {
    while (size > 0 && at(size - 1) >= position) {
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

  /** How many uses there are from one position on and before another. */
  int between(long from, long before) {
    return Math.max(0, countBefore(before) - countBefore(from));
  }

  /** The last use that a position leads to by steps from one to the next no longer than that. */
  long reached(long from, long step) {
    long last = from;
    for (int i = countBefore(from + 1); i < size && at(i) - last <= step; i++) {
      last = at(i);
    }
    return last;
  }

  /** How many uses a position leads to by steps that are all longer. */
  int apart(long from, long step) {
    long last = from;
    int uses = 0;
    for (int i = countBefore(from + 1); i < size && at(i) - last > step; i++) {
      last = at(i);
      uses++;
    }
    return uses;
  }

  /** The first use after a position; {@link Piece#NEVER} if there is none. */
  long after(long position) {
    int index = countBefore(position + 1);
    return index < size ? at(index) : Piece.NEVER;
  }

  private long at(int index) {
    return positions[(head + index) & (positions.length - 1)];
  }

  private int countBefore(long position) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (at(middle) < position) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  void copyFrom(UseQueue other) {
    positions = other.positions.clone();
    head = other.head;
    size = other.size;
  }
}
