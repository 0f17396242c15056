package io.spillway.predict;

import java.util.Arrays;

/** The launches that the program has said come next, in order. Not thread-safe. */
final class UpcomingLaunches {

  private static final int FEW = 8;

  private int[] numbers = new int[FEW];
  private int size;
  private int strangers;

  void clear() {
    size = 0;
    strangers = 0;
  }

  void add(int launch) {
    if (size == numbers.length) {
      numbers = Arrays.copyOf(numbers, 2 * size);
    }
    numbers[size++] = launch;
  }

  /**
   * A launch came. One that was declared takes those declared before it along; as many others as
   * there are declared ones mean that the declaration is out of date.
   *
   * @return whether what is expected changed by other than one step
   */
  boolean observe(int launch) {
    for (int i = 0; i < size; i++) {
      if (numbers[i] == launch) {
        size -= i + 1;
        System.arraycopy(numbers, i + 1, numbers, 0, size);
        strangers = 0;
        return true; // what follows the declared part is now one step nearer than it was
      }
    }
    if (size > 0 && ++strangers > size) {
      clear();
    }
    return size > 0 || strangers > 0;
  }

  int size() {
    return size;
  }

  int get(int i) {
    return numbers[i];
  }
}
