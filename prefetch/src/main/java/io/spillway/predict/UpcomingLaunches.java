package io.spillway.predict;

import java.util.function.IntUnaryOperator;

/**
 * The launches that the program has said come next, in order, and which of them are expected
 * without its word as well: those take the place of what is expected, the others come in between.
 * Not thread-safe.
 */
final class UpcomingLaunches {

  private static final int FEW = 8;

  // Rings.
  private int[] numbers = new int[FEW];
  private boolean[] foreseen = new boolean[FEW];

  private int head;
  private int size;
  private int strangers;

  /** How many, from the next on, have been compared with what is expected without them. */
  private int compared;

  /** How many of those are what is expected. */
  private int foreseenCount;

  void clear() {
    keep(0);
    strangers = 0;
  }

  private void add(int launch) {
    if (size == numbers.length) {
      grow();
    }
    numbers[slot(size++)] = launch;
  }

  private void grow() {
    int[] more = new int[2 * size];
    boolean[] moreForeseen = new boolean[2 * size];
    for (int i = 0; i < size; i++) {
      more[i] = numbers[slot(i)];
      moreForeseen[i] = foreseen[slot(i)];
    }
    numbers = more;
    foreseen = moreForeseen;
    head = 0;
  }

  /**
   * The program names its next launches anew.
   *
   * @param launches their numbers
   * @param count how many there are
   */
  void replace(int[] launches, int count) {
    int same = 0;
    while (same < count && same < size && get(same) == launches[same]) {
      same++;
    }
    keep(same);
    strangers = 0;
    for (int i = same; i < count; i++) {
      add(launches[i]);
    }
  }

  private void keep(int first) {
    size = first;
    while (compared > size) {
      compared--;
      foreseenCount -= foreseen[slot(compared)] ? 1 : 0;
    }
  }

  /**
   * A launch came. One that was declared takes those declared before it along; as many others as
   * there are declared ones mean that the declaration is out of date.
   *
   * @return whether what is declared changed by other than one step
   */
  boolean observe(int launch) {
    if (size == 0) {
      return false;
    }
    for (int i = 0; i < size; i++) {
      if (get(i) == launch) {
        drop(i + 1);
        strangers = 0;
        return i > 0;
      }
    }
    if (++strangers > size) {
      clear();
    }
    return true;
  }

  private void drop(int first) {
    for (int i = 0; i < Math.min(first, compared); i++) {
      foreseenCount -= foreseen[slot(i)] ? 1 : 0;
    }
    compared = Math.max(0, compared - first);
    head = slot(first);
    size -= first;
  }

  int size() {
    return size;
  }

  int get(int i) {
    return numbers[slot(i)];
  }

  private int slot(int i) {
    return (head + i) & (numbers.length - 1);
  }

  /** What is expected without them is no longer what it was. */
  void compareAnew() {
    compared = 0;
    foreseenCount = 0;
  }

  /**
   * Compares those that have not been yet, as far as something is expected without them.
   *
   * @param expected what is, by the number of steps ahead
   * @param depth how many launches ahead
   */
  void compare(IntUnaryOperator expected, int depth) {
    while (compared < size && foreseenCount < depth) {
      boolean same = expected.applyAsInt(foreseenCount + 1) == get(compared);
      foreseen[slot(compared++)] = same;
      foreseenCount += same ? 1 : 0;
    }
  }

  /** How many of what is expected without them they are, from the next on. */
  int foreseen() {
    return foreseenCount;
  }
}
