package io.spillway.evict;

/**
 * Bytes held at each time of a lap: adds to a stretch of times and tells the most in a stretch, in
 * the logarithm of the lap's length. A segment tree; not thread-safe.
 */
final class LoadTree {

  private final int leaves;
  private final long[] most;
  private final long[] added;

  /** Holds these bytes at first. */
  LoadTree(long[] bytes) {
    leaves = Math.max(1, Integer.highestOneBit(Math.max(1, 2 * bytes.length - 1)));
    most = new long[2 * leaves];
    added = new long[2 * leaves];
    System.arraycopy(bytes, 0, most, leaves, bytes.length);
    for (int node = leaves - 1; node >= 1; node--) {
      most[node] = Math.max(most[2 * node], most[2 * node + 1]);
    }
  }

  /** Adds to the times from {@code from} to {@code to}, exclusive. */
  void add(int from, int to, long bytes) {
    add(1, 0, leaves, from, to, bytes);
  }

  /** The most at any time from {@code from} to {@code to}, exclusive; 0 if there are none. */
  long most(int from, int to) {
    return from < to ? most(1, 0, leaves, from, to) : 0;
  }

  private void add(int node, int start, int end, int from, int to, long bytes) {
    if (from >= end || to <= start) {
      return;
    }
    if (from <= start && end <= to) {
      most[node] += bytes;
      added[node] += bytes;
      return;
    }
    int middle = (start + end) / 2;
    add(2 * node, start, middle, from, to, bytes);
    add(2 * node + 1, middle, end, from, to, bytes);
    most[node] = added[node] + Math.max(most[2 * node], most[2 * node + 1]);
  }

  private long most(int node, int start, int end, int from, int to) {
    if (from >= end || to <= start) {
      return Long.MIN_VALUE / 2;
    }
    if (from <= start && end <= to) {
      return most[node];
    }
    int middle = (start + end) / 2;
    return added[node]
        + Math.max(
            most(2 * node, start, middle, from, to), most(2 * node + 1, middle, end, from, to));
  }
}
