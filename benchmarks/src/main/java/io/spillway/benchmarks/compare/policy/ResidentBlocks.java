package io.spillway.benchmarks.compare.policy;

import java.util.Arrays;
import java.util.function.IntPredicate;
import java.util.function.IntToLongFunction;

/**
 * The blocks a policy believes to be on the device, each with a key: the one with the lowest key
 * leaves first. A heap in which every block knows its place.
 */
final class ResidentBlocks {

  private static final int ABSENT = -1;

  private final int capacity;
  private final int[] place;
  private final long[] keys;
  private int[] heap = new int[64];
  private int size;

  /**
   * None of {@code blocks} is resident.
   *
   * @param capacity how many can be at once
   */
  ResidentBlocks(int blocks, int capacity) {
    this.capacity = capacity;
    place = new int[blocks];
    keys = new long[blocks];
    Arrays.fill(place, ABSENT);
  }

  boolean contains(int block) {
    return place[block] != ABSENT;
  }

  int size() {
    return size;
  }

  int capacity() {
    return capacity;
  }

  /** Makes {@code block} resident, or changes its key. */
  void put(int block, long key) {
    if (place[block] == ABSENT) {
      if (size == heap.length) {
        heap = Arrays.copyOf(heap, size * 2);
      }
      keys[block] = key;
      set(size, block);
      size++;
      up(place[block]);
    } else {
      boolean lower = key < keys[block];
      keys[block] = key;
      if (lower) {
        up(place[block]);
      } else {
        down(place[block]);
      }
    }
  }

  void remove(int block) {
    int at = place[block];
    if (at == ABSENT) {
      return;
    }
    size--;
    place[block] = ABSENT;
    if (at != size) {
      set(at, heap[size]);
      up(at);
      down(at);
    }
  }

  /** The resident block with the lowest key; only if there is one. */
  int lowest() {
    return heap[0];
  }

  long key(int block) {
    return keys[block];
  }

  /**
   * Removes those with the lowest keys until {@code incoming} more would fit, sparing some.
   *
   * @return the removed; too few if all others are spared
   */
  IntBag makeRoom(int incoming, IntPredicate spared) {
    IntBag removed = new IntBag();
    if (size + incoming <= capacity) {
      return removed;
    }
    IntBag aside = new IntBag();
    while (size > 0 && size + aside.size() + incoming > capacity) {
      int block = heap[0];
      remove(block);
      (spared.test(block) ? aside : removed).add(block);
    }
    for (int i = 0; i < aside.size(); i++) {
      put(aside.get(i), keys[aside.get(i)]);
    }
    return removed;
  }

  /** Gives every resident block a new key. */
  void rekey(IntToLongFunction key) {
    for (int i = 0; i < size; i++) {
      keys[heap[i]] = key.applyAsLong(heap[i]);
    }
    for (int i = size / 2; i >= 0; i--) {
      down(i);
    }
  }

  private void set(int at, int block) {
    heap[at] = block;
    place[block] = at;
  }

  private void up(int from) {
    int at = from;
    int block = heap[at];
    while (at > 0 && keys[heap[(at - 1) / 2]] > keys[block]) {
      set(at, heap[(at - 1) / 2]);
      at = (at - 1) / 2;
    }
    set(at, block);
  }

  private void down(int from) {
    if (from >= size) {
      return;
    }
    int at = from;
    int block = heap[at];
    while (true) {
      int child = 2 * at + 1;
      if (child >= size) {
        break;
      }
      if (child + 1 < size && keys[heap[child + 1]] < keys[heap[child]]) {
        child++;
      }
      if (keys[heap[child]] >= keys[block]) {
        break;
      }
      set(at, heap[child]);
      at = child;
    }
    set(at, block);
  }
}
