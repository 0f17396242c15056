package io.spillway.benchmarks.compare;

import java.util.Arrays;

/**
 * Segments by rank, the highest first, of equal ones the lowest number, so that what comes first
 * does not depend on the order in which they were put in: a binary heap that knows where each
 * segment is, so that a new rank moves it instead of leaving an old entry behind. Its size is that
 * of the segments, however often they are touched.
 */
final class RankedSegments {

  private static final int ABSENT = -1;

  private final int[] heap;
  private final int[] placeOf;
  private final double[] rankOf;
  private int size;

  /** None of {@code segments} numbered segments. */
  RankedSegments(int segments) {
    heap = new int[segments];
    placeOf = new int[segments];
    rankOf = new double[segments];
    Arrays.fill(placeOf, ABSENT);
  }

  boolean isEmpty() {
    return size == 0;
  }

  /** The segment of the highest rank; there must be one. */
  int first() {
    if (size == 0) {
      throw new IllegalStateException("no segment is ranked");
    }
    return heap[0];
  }

  /** Adds a segment, or gives it another rank. */
  void put(int segment, double rank) {
    rankOf[segment] = rank;
    int place = placeOf[segment];
    if (place == ABSENT) {
      place = size++;
      set(place, segment);
    }
    up(place);
    down(placeOf[segment]);
  }

  /** Takes a segment out if it is in. */
  void remove(int segment) {
    int place = placeOf[segment];
    if (place == ABSENT) {
      return;
    }
    placeOf[segment] = ABSENT;
    size--;
    if (place < size) {
      int last = heap[size];
      set(place, last);
      up(place);
      down(placeOf[last]);
    }
  }

  private void up(int from) {
    int place = from;
    int segment = heap[place];
    while (place > 0) {
      int parent = (place - 1) / 2;
      if (!isBefore(segment, heap[parent])) {
        break;
      }
      set(place, heap[parent]);
      place = parent;
    }
    set(place, segment);
  }

  private void down(int from) {
    int place = from;
    int segment = heap[place];
    for (int child = 2 * place + 1; child < size; child = 2 * place + 1) {
      if (child + 1 < size && isBefore(heap[child + 1], heap[child])) {
        child++;
      }
      if (!isBefore(heap[child], segment)) {
        break;
      }
      set(place, heap[child]);
      place = child;
    }
    set(place, segment);
  }

  private boolean isBefore(int segment, int other) {
    return rankOf[segment] > rankOf[other] || (rankOf[segment] == rankOf[other] && segment < other);
  }

  private void set(int place, int segment) {
    heap[place] = segment;
    placeOf[segment] = place;
  }
}
