package io.spillway.allocate;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Disjoint allocations by address: a two-level sorted array, the leaves of a B-tree of height two.
 *
 * <p>Lookup is two binary searches and allocates nothing. An insertion or removal shifts at most
 * one leaf, and the array of leaves once in {@code LEAF / 2} insertions.
 *
 * <p>Not thread-safe for changes. {@link #floor} may race with a change: it then answers anything,
 * but it does answer and throws nothing, so that the {@link Ledger} can read without a lock and
 * check afterwards. Leaf arrays never change their length, and are published by plain writes.
 */
final class SortedAllocations {

  /** Entries a leaf holds: 128 references shift in about 20 ns and make one binary search of 7. */
  static final int LEAF = 128;

  private static final class Leaf {
    final long[] starts = new long[LEAF];
    final @Nullable LiveAllocation[] entries = new @Nullable LiveAllocation[LEAF];
    int size;
  }

  private @Nullable Leaf[] leaves = {new Leaf()};
  private int leafCount = 1;
  private int size;

  int size() {
    return size;
  }

  /** The entry with the highest start not above {@code address}. */
  @Nullable LiveAllocation floor(long address) {
    @Nullable Leaf[] all = leaves;
    Leaf leaf = all[leafIndex(all, Math.min(leafCount, all.length), address)];
    if (leaf == null) {
      return null;
    }
    int index = floorIndex(leaf.starts, Math.min(leaf.size, LEAF), address);
    return index < 0 ? null : leaf.entries[index];
  }

  /** The entry with the lowest start above {@code address}. */
  @Nullable LiveAllocation higher(long address) {
    int leafIndex = leafIndex(leaves, leafCount, address);
    Leaf leaf = leaf(leafIndex);
    int index = floorIndex(leaf.starts, leaf.size, address) + 1;
    if (index < leaf.size) {
      return leaf.entries[index];
    }
    return leafIndex + 1 < leafCount ? leaf(leafIndex + 1).entries[0] : null;
  }

  /** Adds an entry whose range overlaps none that is here. */
  void add(LiveAllocation entry) {
    long start = entry.range().address();
    int leafIndex = leafIndex(leaves, leafCount, start);
    Leaf leaf = leaf(leafIndex);
    if (leaf.size == LEAF) {
      split(leafIndex);
      leafIndex = leafIndex(leaves, leafCount, start);
      leaf = leaf(leafIndex);
    }
    int index = floorIndex(leaf.starts, leaf.size, start) + 1;
    System.arraycopy(leaf.starts, index, leaf.starts, index + 1, leaf.size - index);
    System.arraycopy(leaf.entries, index, leaf.entries, index + 1, leaf.size - index);
    leaf.starts[index] = start;
    leaf.entries[index] = entry;
    leaf.size++;
    size++;
  }

  /** Removes an entry; false if it is not here. */
  boolean remove(LiveAllocation entry) {
    int leafIndex = leafIndex(leaves, leafCount, entry.range().address());
    Leaf leaf = leaf(leafIndex);
    int index = floorIndex(leaf.starts, leaf.size, entry.range().address());
    if (index < 0 || leaf.entries[index] != entry) {
      return false;
    }
    leaf.size--;
    System.arraycopy(leaf.starts, index + 1, leaf.starts, index, leaf.size - index);
    System.arraycopy(leaf.entries, index + 1, leaf.entries, index, leaf.size - index);
    leaf.entries[leaf.size] = null;
    size--;
    if (leaf.size == 0 && leafCount > 1) {
      leafCount--;
      System.arraycopy(leaves, leafIndex + 1, leaves, leafIndex, leafCount - leafIndex);
      leaves[leafCount] = null;
    }
    return true;
  }

  /** Every entry in address order. */
  void forEach(Consumer<LiveAllocation> action) {
    for (int i = 0; i < leafCount; i++) {
      Leaf leaf = leaf(i);
      for (int j = 0; j < leaf.size; j++) {
        LiveAllocation entry = leaf.entries[j];
        if (entry != null) {
          action.accept(entry);
        }
      }
    }
  }

  private Leaf leaf(int index) {
    Leaf leaf = leaves[index];
    if (leaf == null) {
      throw new IllegalStateException("leaf " + index + " of " + leafCount + " is missing");
    }
    return leaf;
  }

  private void split(int leafIndex) {
    if (leafCount == leaves.length) {
      leaves = Arrays.copyOf(leaves, 2 * leafCount);
    }
    Leaf left = leaf(leafIndex);
    Leaf right = new Leaf();
    int half = LEAF / 2;
    System.arraycopy(left.starts, half, right.starts, 0, LEAF - half);
    System.arraycopy(left.entries, half, right.entries, 0, LEAF - half);
    Arrays.fill(left.entries, half, LEAF, null);
    left.size = half;
    right.size = LEAF - half;
    System.arraycopy(leaves, leafIndex + 1, leaves, leafIndex + 2, leafCount - leafIndex - 1);
    leaves[leafIndex + 1] = right;
    leafCount++;
  }

  /** The last leaf whose first start is not above {@code address}, else the first leaf. */
  private static int leafIndex(@Nullable Leaf[] leaves, int count, long address) {
    int low = 1;
    int high = count - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      Leaf leaf = leaves[middle];
      if (leaf != null && leaf.starts[0] <= address) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return low - 1;
  }

  /** The last index whose start is not above {@code address}, else -1. */
  private static int floorIndex(long[] starts, int size, long address) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      if (starts[middle] <= address) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return low - 1;
  }
}
