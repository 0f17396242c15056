package io.spillway.access.ptx;

/**
 * Where a value may come from: what is followed through a program.
 *
 * <p>A value is one of several alternatives, and each of them is a sum. {@code whole} are the
 * sources that may be the base of it if it is an address: a bit for each {@linkplain Slots slot} of
 * the parameters, and two for memory of the module's own. {@code part} are those that take part in
 * some other way. {@code frame} and {@code offset} say where in local memory it may point. {@code
 * kinds} are the kinds of number it may be instead; and whether it may be an address that none of
 * these tells, which is what memory holds.
 *
 * <p>In a register of 32 bits or fewer, a whole source is a half of it.
 *
 * <p>Instances change in place. No bit set, no frame: there is no such value (yet).
 */
final class Origin {

  /** A number of the text's. */
  static final int LITERAL = 1;

  /** A number that comes from no memory. */
  static final int NUMBER = 1 << 1;

  /** A number of the driver's, or an address of its own memory. */
  static final int DRIVER = 1 << 2;

  /** What comes of numbers of 32 bits, which no program makes addresses of. */
  static final int INDEX = 1 << 3;

  /** Such a number that was multiplied by a literal. */
  static final int SCALED = 1 << 4;

  /** Perhaps an address, of anything. */
  static final int UNKNOWN = 1 << 5;

  /** Kinds of numbers that never turn into an address. */
  private static final int PLAIN = LITERAL | NUMBER | DRIVER;

  private static final int NUMBERS = PLAIN | INDEX | SCALED;

  /** The base is memory of a block. */
  static final long SHARED = 1L << 61;

  /** The base is a variable, a function or the heap of the module. */
  static final long MODULE = 1L << 62;

  /** Bases that can be nothing but addresses. */
  static final long SYMBOLS = SHARED | MODULE;

  /** Literals from this on may turn an index into an address. */
  private static final long LARGE_FACTOR = 1 << 16;

  static final int NO_FRAME = -1;

  /** In some frame. */
  static final int ANY_FRAME = -2;

  /** In some frame, but computed with, so that it may as well be a number. */
  static final int LOST_FRAME = -3;

  static final int ANY_OFFSET = Integer.MIN_VALUE;

  long whole;
  long part;
  int kinds;
  int frame = NO_FRAME;
  int offset;

  void clear() {
    whole = 0;
    part = 0;
    kinds = 0;
    frame = NO_FRAME;
    offset = 0;
  }

  void set(Origin other) {
    whole = other.whole;
    part = other.part;
    kinds = other.kinds;
    frame = other.frame;
    offset = other.offset;
  }

  boolean none() {
    return whole == 0 && part == 0 && kinds == 0 && frame == NO_FRAME;
  }

  /** Whether it may point into local memory, and nothing was computed with it. */
  boolean local() {
    return frame != NO_FRAME && frame != LOST_FRAME;
  }

  private boolean based() {
    return whole != 0 || frame != NO_FRAME;
  }

  /**
   * Whether it is an address in one object, whatever else is added.
   *
   * @param pointers the sources that are pointers for certain
   */
  private boolean pointer(long pointers) {
    return kinds == 0 && frame != LOST_FRAME && based() && (whole & ~pointers) == 0;
  }

  /** Becomes one of this and other. */
  void join(Origin other) {
    whole |= other.whole;
    part |= other.part;
    kinds |= other.kinds;
    joinFrame(other.frame, other.offset);
  }

  private void joinFrame(int otherFrame, int otherOffset) {
    if (frame == NO_FRAME) {
      frame = otherFrame;
      offset = otherOffset;
    } else if (otherFrame >= 0 && frame == otherFrame) {
      offset = offset == otherOffset ? offset : ANY_OFFSET;
    } else if (otherFrame != NO_FRAME) {
      frame = frame == LOST_FRAME || otherFrame == LOST_FRAME ? LOST_FRAME : ANY_FRAME;
      offset = ANY_OFFSET;
    }
  }

  private void loseOffset() {
    offset = frame == NO_FRAME ? 0 : ANY_OFFSET;
  }

  private void loseFrame() {
    frame = frame == NO_FRAME ? NO_FRAME : LOST_FRAME;
    loseOffset();
  }

  /** The sources are in it, but not as its base. */
  private void mix() {
    part |= whole;
    whole = 0;
    loseFrame();
  }

  /** Becomes the sum of this and a small literal. */
  void move(long literal) {
    if ((kinds & LITERAL) != 0 && literal != 0) {
      // As loops count.
      kinds = (kinds & ~LITERAL) | NUMBER;
    }
    if (frame >= 0 && offset != ANY_OFFSET) {
      long moved = offset + literal;
      offset = moved == (int) moved && moved != ANY_OFFSET ? (int) moved : ANY_OFFSET;
    }
  }

  /** Becomes the sum of this and other. */
  void add(Origin other, long pointers) {
    int unknown =
        (pointer(pointers) ? 0 : other.kinds & UNKNOWN)
            | (other.pointer(pointers) ? 0 : kinds & UNKNOWN);
    combine(other, unknown, based() && other.based());
  }

  /** Becomes this less other. */
  void subtract(Origin other, long pointers) {
    int unknown = (kinds & UNKNOWN) | (pointer(pointers) ? 0 : other.kinds & UNKNOWN);
    boolean distance = other.wide();
    combine(other, unknown, distance);
    if (other.frame != NO_FRAME) {
      loseFrame();
    }
  }

  private void combine(Origin other, int unknown, boolean perhapsNumber) {
    boolean numbers = (kinds & NUMBERS) != 0 && (other.kinds & NUMBERS) != 0;
    int sum = numbers ? (kinds | other.kinds) & NUMBERS : 0;
    boolean frames = frame != NO_FRAME && other.frame != NO_FRAME;
    // What is computed from an address may be the negative of it.
    boolean mixed = (part | other.part) != 0 && (based() || other.based());
    whole |= other.whole;
    part |= other.part;
    kinds = sum | unknown | (perhapsNumber || mixed ? INDEX : 0);
    if (frames) {
      frame = LOST_FRAME;
    } else if (other.frame != NO_FRAME) {
      frame = other.frame;
    }
    loseOffset();
  }

  /** Becomes an address in the same object, or a number. */
  void blur() {
    kinds |= wide() ? INDEX : 0;
    loseOffset();
  }

  /** Becomes some bits of this. */
  void mask(long bits) {
    if (bits >= 0 && Constant.small(bits)) {
      narrow();
    } else {
      loseOffset();
    }
  }

  /** Becomes a number of 32 bits or fewer. */
  void narrow() {
    if (wide()) {
      kinds = (kinds & ~UNKNOWN) | INDEX;
    }
    mix();
  }

  /** Becomes something of 64 bits. */
  void mangle() {
    if (based() || (kinds & ~PLAIN) != 0) {
      kinds |= UNKNOWN;
    }
    mix();
  }

  /** Becomes something of no greater magnitude. */
  void shrink() {
    if (based()) {
      kinds |= UNKNOWN;
    }
    mix();
  }

  /** Becomes a multiple. */
  void scale(long factor) {
    if (factor == 1) {
      return;
    }
    boolean large = factor >= LARGE_FACTOR || factor <= -LARGE_FACTOR;
    if (based() || (kinds & SCALED) != 0 || (large && (kinds & (INDEX | LITERAL)) != 0)) {
      kinds |= UNKNOWN;
    } else if ((kinds & INDEX) != 0) {
      kinds = (kinds & ~INDEX) | SCALED;
    }
    mix();
  }

  /** Becomes a product. */
  void multiply(Origin other) {
    boolean undone = (literal() && other.wide()) || (other.literal() && wide());
    boolean plain = !based() && !other.based() && ((kinds | other.kinds) & ~PLAIN) == 0;
    int product = (kinds | other.kinds) & PLAIN;
    if (!plain) {
      // A literal in a register may undo a division; two variables make no address.
      product |= undone ? UNKNOWN : INDEX;
    }
    boolean frames = frame != NO_FRAME || other.frame != NO_FRAME;
    part |= whole | other.part | other.whole;
    whole = 0;
    kinds = product;
    frame = frames ? LOST_FRAME : NO_FRAME;
    loseOffset();
  }

  private boolean literal() {
    return kinds == LITERAL && !based();
  }

  /** Whether it may be made of an address. */
  private boolean wide() {
    return based() || (kinds & UNKNOWN) != 0;
  }

  /** Becomes the exclusive or of this and other. */
  void exclusiveOr(Origin other) {
    if (other.plain()) {
      blurAcross(other);
    } else if (plain()) {
      other.blurAcross(this);
      set(other);
    } else {
      mangle();
      other.mangle();
      join(other);
    }
  }

  private boolean plain() {
    return !based() && part == 0 && (kinds & ~PLAIN) == 0;
  }

  private void blurAcross(Origin number) {
    kinds |= number.kinds;
    loseOffset();
  }

  /** Becomes 64 bits of two halves. */
  void pack(Origin high) {
    boolean same =
        whole == high.whole
            && Long.bitCount(whole) == 1
            && kinds == 0
            && high.kinds == 0
            && frame == NO_FRAME
            && high.frame == NO_FRAME;
    if (same) {
      part |= high.part;
    } else {
      mangle();
      high.mangle();
      join(high);
    }
  }

  /** Becomes a half of this. */
  void piece() {
    if ((kinds & UNKNOWN) != 0 || frame != NO_FRAME) {
      kinds = (kinds & ~UNKNOWN) | INDEX;
    }
    loseFrame();
  }

  /** Becomes what is read of it with {@code bytes} bytes. */
  void read(int bytes) {
    if (bytes < Long.BYTES) {
      piece();
    }
  }
}
