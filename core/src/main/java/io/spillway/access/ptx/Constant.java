package io.spillway.access.ptx;

/** Values that are the same in every function, by the negative numbers that stand for them. */
enum Constant {
  /** A number of the text's, too small for an address. */
  LITERAL(0),
  /** A number that comes from no memory, such as a thread's index. */
  NUMBER(1),
  /** A number of 32 bits or fewer that comes from memory. */
  INDEX(2),
  /** Anything. */
  UNKNOWN(3),
  /** An address in memory of a block. */
  SHARED(4),
  /** An address in a variable, a function or the heap of the module's own. */
  MODULE(5),
  /** A number or an address the driver gives: its own memory. */
  DRIVER(6),
  /** An address in some frame. */
  FRAME(7);

  /** Literals of this magnitude or more may be addresses: no device's memory begins lower. */
  private static final long LOWEST_ADDRESS = 1L << 32;

  /** How many there are. */
  static final int COUNT = 8;

  private final int index;

  Constant(int index) {
    this.index = index;
  }

  /** Which one it is, from 0. */
  int index() {
    return index;
  }

  /** The negative number that stands for it in a function. */
  int value() {
    return -1 - index;
  }

  /** What a literal may be. */
  static Constant of(long literal) {
    return small(literal) ? LITERAL : UNKNOWN;
  }

  static boolean small(long literal) {
    return literal > -LOWEST_ADDRESS && literal < LOWEST_ADDRESS;
  }
}
