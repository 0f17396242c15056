package io.spillway.access.ptx;

import java.util.Arrays;

/** A list of {@link Rule}s with their operands, in columns: there may be millions. */
final class Rules {

  /** In place of a target: there is none. */
  static final int NONE = Integer.MIN_VALUE;

  /** At first: those of a kernel of some twenty instructions. */
  private static final int USUAL = 64;

  private Rule[] kinds;
  private int[] targets;
  private int[] firsts;
  private int[] seconds;
  private long[] immediates;
  private byte[] widths;
  private Space[] spaces;
  private int[] lines;
  private int size;

  Rules() {
    this(USUAL);
  }

  Rules(int capacity) {
    kinds = new Rule[capacity];
    targets = new int[capacity];
    firsts = new int[capacity];
    seconds = new int[capacity];
    immediates = new long[capacity];
    widths = new byte[capacity];
    spaces = new Space[capacity];
    lines = new int[capacity];
  }

  /**
   * Adds a rule.
   *
   * @param width bytes loaded or stored, else 0
   * @param space where, for loads and stores
   * @param line of the text
   */
  void add(
      Rule kind,
      int target,
      int first,
      int second,
      long immediate,
      int width,
      Space space,
      int line) {
    if (size == kinds.length) {
      resize(2 * size);
    }
    kinds[size] = kind;
    targets[size] = target;
    firsts[size] = first;
    seconds[size] = second;
    immediates[size] = immediate;
    widths[size] = (byte) width;
    spaces[size] = space;
    lines[size] = line;
    size++;
  }

  /** Gives back the room that is not used. */
  void trim() {
    resize(Math.max(1, size));
  }

  private void resize(int capacity) {
    kinds = Arrays.copyOf(kinds, capacity);
    targets = Arrays.copyOf(targets, capacity);
    firsts = Arrays.copyOf(firsts, capacity);
    seconds = Arrays.copyOf(seconds, capacity);
    immediates = Arrays.copyOf(immediates, capacity);
    widths = Arrays.copyOf(widths, capacity);
    spaces = Arrays.copyOf(spaces, capacity);
    lines = Arrays.copyOf(lines, capacity);
  }

  int size() {
    return size;
  }

  Rule kind(int index) {
    return kinds[index];
  }

  int target(int index) {
    return targets[index];
  }

  int first(int index) {
    return firsts[index];
  }

  int second(int index) {
    return seconds[index];
  }

  long immediate(int index) {
    return immediates[index];
  }

  /** Bytes loaded or stored. */
  int width(int index) {
    return widths[index];
  }

  Space space(int index) {
    return spaces[index];
  }

  int line(int index) {
    return lines[index];
  }
}
