package io.spillway.access.ptx;

/**
 * A value of the interpreter, with what has gone into it.
 *
 * @param bits it
 * @param object the allocation that it is a pointer into, by the rules of C; {@link #NONE} if it is
 *     none that a parameter or a variable led to
 * @param taint what it was computed from, of the bits below
 * @param source the value it is a half of, itself if it is none
 * @param half which half, low being 0; {@link #NONE} if it is none
 */
record Value(long bits, int object, int taint, long source, int half) {

  static final int NONE = -1;

  /** An address that memory held, or that an argument holds in another form. */
  static final int HIDDEN = 1;

  /** An address that a parameter or a variable led to. */
  static final int POINTER = 1 << 1;

  /** A parameter that is no address. */
  static final int INTEGER = 1 << 2;

  /** Went through an operation of which the analysis takes for granted that no address does. */
  static final int CRUSHED = 1 << 3;

  static Value number(long bits) {
    return new Value(bits, NONE, 0, bits, NONE);
  }

  static Value of(long bits, int object, int taint) {
    return new Value(bits, object, taint, bits, NONE);
  }

  boolean has(int flag) {
    return (taint & flag) != 0;
  }

  /** Whether an address in full went into it. */
  boolean addressed() {
    return has(HIDDEN | POINTER) && !has(CRUSHED);
  }

  /** The result of an operation that no address comes out of. */
  Value crushed() {
    return of(bits, NONE, taint | (has(HIDDEN | POINTER) ? CRUSHED : 0));
  }
}
