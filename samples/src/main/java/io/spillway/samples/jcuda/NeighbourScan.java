package io.spillway.samples.jcuda;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * The k nearest neighbours of some queries on the host, among vectors that come in batches.
 *
 * <p>A vector is {@link #WORDS} ints of four unsigned bytes each. A neighbour is a number: squared
 * distance times 2 to the power of 32, plus index, so that nearer ones are smaller and none are
 * equal.
 */
final class NeighbourScan {

  /** Ints of a vector. */
  static final int WORDS = 32;

  /** Stands for a neighbour that is not there. */
  static final long NONE = Long.MAX_VALUE;

  private static final int VECTORS = 5;
  private static final int QUERIES = 6;

  /** Vectors of one task. */
  private static final int TASK = 1 << 12;

  private final int[][] queries;
  private final long[][] nearest;
  private long count;

  /** Has seen no vectors yet. */
  NeighbourScan(int queries, int neighbours) {
    this.queries = new int[queries][WORDS];
    this.nearest = new long[queries][neighbours];
    for (int query = 0; query < queries; query++) {
      Scatter.fill(QUERIES, (long) query * WORDS, this.queries[query], WORDS);
      Arrays.fill(nearest[query], NONE);
    }
  }

  int[] query(int query) {
    return queries[query];
  }

  /** Puts {@code count} vectors from {@code first} on into the front of {@code words}. */
  static void fill(long first, int[] words, int count) {
    Scatter.fill(VECTORS, first * WORDS, words, count * WORDS);
  }

  /** Looks at the next {@code more} vectors. */
  void add(long more) {
    int tasks = Math.toIntExact(Math.ceilDiv(more, TASK));
    long first = count;
    IntStream.range(0, tasks)
        .parallel()
        .forEach(
            task ->
                scan(
                    first + (long) task * TASK,
                    Math.min(first + more, first + (task + 1L) * TASK)));
    count += more;
  }

  private void scan(long first, long end) {
    int[] vector = new int[WORDS];
    long[][] found = new long[queries.length][];
    Arrays.setAll(found, query -> emptyList());
    for (long index = first; index < end; index++) {
      for (int word = 0; word < WORDS; word++) {
        vector[word] = Scatter.intAt(VECTORS, index * WORDS + word);
      }
      for (int query = 0; query < queries.length; query++) {
        insert(squaredDistance(vector, queries[query]) << 32 | index, found[query]);
      }
    }
    synchronized (this) {
      for (int query = 0; query < queries.length; query++) {
        merge(found[query], nearest[query]);
      }
    }
  }

  private long[] emptyList() {
    long[] list = new long[nearest[0].length];
    Arrays.fill(list, NONE);
    return list;
  }

  /** The nearest neighbours of a query among the vectors so far, nearest first. */
  synchronized long[] nearest(int query) {
    return nearest[query].clone();
  }

  /** Puts those of {@code neighbours} that are near enough into a sorted list. */
  static void merge(long[] neighbours, long[] list) {
    for (long neighbour : neighbours) {
      insert(neighbour, list);
    }
  }

  private static void insert(long neighbour, long[] list) {
    int place = list.length - 1;
    if (neighbour >= list[place]) {
      return;
    }
    for (; place > 0 && list[place - 1] > neighbour; place--) {
      list[place] = list[place - 1];
    }
    list[place] = neighbour;
  }

  static long squaredDistance(int[] one, int[] other) {
    int sum = 0;
    for (int word = 0; word < WORDS; word++) {
      int a = one[word];
      int b = other[word];
      int first = (a & 0xFF) - (b & 0xFF);
      int second = (a >>> 8 & 0xFF) - (b >>> 8 & 0xFF);
      int third = (a >>> 16 & 0xFF) - (b >>> 16 & 0xFF);
      int fourth = (a >>> 24) - (b >>> 24);
      sum += first * first + second * second + third * third + fourth * fourth;
    }
    return sum;
  }
}
