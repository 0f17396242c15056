package io.spillway.access.ptx;

import java.util.Arrays;

/** The {@link Origin} of each of many values, in columns. */
final class Origins {

  private long[] whole;
  private long[] part;
  private byte[] kinds;
  private int[] frames;
  private int[] offsets;
  private int size;

  Origins(int values) {
    int capacity = Math.max(1, values);
    whole = new long[capacity];
    part = new long[capacity];
    kinds = new byte[capacity];
    frames = new int[capacity];
    offsets = new int[capacity];
    Arrays.fill(frames, Origin.NO_FRAME);
    size = values;
  }

  /** A new value. */
  int add() {
    if (size == kinds.length) {
      int capacity = 2 * size;
      whole = Arrays.copyOf(whole, capacity);
      part = Arrays.copyOf(part, capacity);
      kinds = Arrays.copyOf(kinds, capacity);
      frames = Arrays.copyOf(frames, capacity);
      offsets = Arrays.copyOf(offsets, capacity);
      Arrays.fill(frames, size, capacity, Origin.NO_FRAME);
    }
    return size++;
  }

  /** Reads a value's origin. */
  void get(int value, Origin into) {
    into.whole = whole[value];
    into.part = part[value];
    into.kinds = kinds[value];
    into.frame = frames[value];
    into.offset = offsets[value];
  }

  /** Whether a value has no origin yet. */
  boolean none(int value) {
    return whole[value] == 0
        && part[value] == 0
        && kinds[value] == 0
        && frames[value] == Origin.NO_FRAME;
  }

  /**
   * Lets a value come from {@code origin} as well.
   *
   * @param scratch is overwritten
   * @return whether that is news
   */
  boolean join(int value, Origin origin, Origin scratch) {
    get(value, scratch);
    scratch.join(origin);
    if (scratch.whole == whole[value]
        && scratch.part == part[value]
        && scratch.kinds == kinds[value]
        && scratch.frame == frames[value]
        && scratch.offset == offsets[value]) {
      return false;
    }
    whole[value] = scratch.whole;
    part[value] = scratch.part;
    kinds[value] = (byte) scratch.kinds;
    frames[value] = scratch.frame;
    offsets[value] = scratch.offset;
    return true;
  }
}
