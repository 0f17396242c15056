package io.spillway.advise;

import java.util.Arrays;

/** Which of some blocks are resident, least recently used out first. Not thread-safe. */
final class LeastRecentlyUsed {

  private static final int NOWHERE = -1;

  private final int capacity;
  private final int[] next;
  private final int[] previous;
  private final boolean[] resident;

  /** The least recently used block, and the most; a ring would save nothing. */
  private int oldest = NOWHERE;

  private int newest = NOWHERE;
  private int count;
  private int lastEvicted = NOWHERE;

  /**
   * Begins with none resident.
   *
   * @param capacity how many can be, at least 1
   */
  LeastRecentlyUsed(int blocks, int capacity) {
    this.capacity = Math.max(1, capacity);
    next = new int[blocks];
    previous = new int[blocks];
    resident = new boolean[blocks];
    Arrays.fill(next, NOWHERE);
    Arrays.fill(previous, NOWHERE);
  }

  /** Uses a block, which makes room for it if it has to; returns whether it was there. */
  boolean touch(int block) {
    boolean hit = resident[block];
    if (hit) {
      unlink(block);
    } else {
      if (count == capacity) {
        lastEvicted = oldest;
        unlink(oldest);
        resident[lastEvicted] = false;
        count--;
      }
      resident[block] = true;
      count++;
    }
    append(block);
    return hit;
  }

  /** Who made room last. */
  int lastEvicted() {
    return lastEvicted;
  }

  private void append(int block) {
    previous[block] = newest;
    next[block] = NOWHERE;
    if (newest == NOWHERE) {
      oldest = block;
    } else {
      next[newest] = block;
    }
    newest = block;
  }

  private void unlink(int block) {
    int before = previous[block];
    int after = next[block];
    if (before == NOWHERE) {
      oldest = after;
    } else {
      next[before] = after;
    }
    if (after == NOWHERE) {
      newest = before;
    } else {
      previous[after] = before;
    }
  }
}
