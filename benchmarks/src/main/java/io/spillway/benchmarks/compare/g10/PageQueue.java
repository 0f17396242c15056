package io.spillway.benchmarks.compare.g10;

/** A queue of page numbers that grows as needed. */
final class PageQueue {

  private int[] pages = new int[1024];
  private int first;
  private int size;

  void add(int page) {
    if (size == pages.length) {
      int[] larger = new int[pages.length * 2];
      System.arraycopy(pages, first, larger, 0, size - first);
      System.arraycopy(pages, 0, larger, size - first, first);
      pages = larger;
      first = 0;
    }
    pages[(first + size) & (pages.length - 1)] = page;
    size++;
  }

  int peek() {
    return pages[first];
  }

  int remove() {
    int page = pages[first];
    first = (first + 1) & (pages.length - 1);
    size--;
    return page;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }
}
