package io.spillway.benchmarks.compare.g10;

import java.util.Collections;
import java.util.List;

/**
 * Introsort (Musser, 1997) with the median of three as pivot and one pass of insertion at the end,
 * as C++ libraries sort.
 *
 * <p>Its result is sorted like any other; what differs is the order among equals, on which the
 * artifact's schedule depends.
 */
final class IntroSort<T> {

  /** Ranges up to this length are left to the insertion: the usual threshold. */
  private static final int INSERTION = 16;

  /** Whether the first comes before the second. */
  interface Before<T> {
    boolean test(T first, T second);
  }

  private final List<T> list;
  private final Before<T> before;

  private IntroSort(List<T> list, Before<T> before) {
    this.list = list;
    this.before = before;
  }

  /** Sorts {@code list}, which must allow fast access by index. */
  static <T> void sort(List<T> list, Before<T> before) {
    if (list.isEmpty()) {
      return;
    }
    IntroSort<T> sort = new IntroSort<>(list, before);
    int depth = 2 * (Integer.SIZE - 1 - Integer.numberOfLeadingZeros(list.size()));
    sort.partition(0, list.size(), depth);
    sort.insert();
  }

  private void partition(int from, int end, int depth) {
    int to = end;
    for (int left = depth; to - from > INSERTION; left--) {
      if (left == 0) {
        // Only for orders made to defeat the pivot; any sort will do.
        list.subList(from, to).sort((a, b) -> before(a, b) ? -1 : before(b, a) ? 1 : 0);
        return;
      }
      medianToFront(from, from + 1, from + (to - from) / 2, to - 1);
      int cut = split(from + 1, to, list.get(from));
      partition(cut, to, left - 1);
      to = cut;
    }
  }

  private void medianToFront(int front, int a, int b, int c) {
    int low = before(a, b) ? a : b;
    int high = low == a ? b : a;
    int median = before(high, c) ? high : before(low, c) ? c : low;
    Collections.swap(list, front, median);
  }

  private int split(int from, int to, T pivot) {
    int low = from;
    int high = to;
    while (true) {
      while (before(list.get(low), pivot)) {
        low++;
      }
      do {
        high--;
      } while (before(pivot, list.get(high)));
      if (low >= high) {
        return low;
      }
      Collections.swap(list, low, high);
      low++;
    }
  }

  private void insert() {
    for (int i = 1; i < list.size(); i++) {
      T moved = list.get(i);
      int at = i;
      while (at > 0 && before(moved, list.get(at - 1))) {
        list.set(at, list.get(at - 1));
        at--;
      }
      list.set(at, moved);
    }
  }

  private boolean before(int first, int second) {
    return before(list.get(first), list.get(second));
  }

  private boolean before(T first, T second) {
    return before.test(first, second);
  }
}
