package io.spillway.access.ptx;

/**
 * How one value takes part in another: what instructions are translated to. Each holds at any time,
 * in whatever order the program runs. See {@link Origin} for what is followed.
 */
enum Rule {
  /** The target may be the first source. */
  COPY,
  /** The target may be the first source, moved within what it points into, or a number. */
  BLUR,
  /** The target is the sum of the sources, or of the first and the immediate. */
  ADD,
  ADD_IMMEDIATE,
  SUBTRACT,
  /** The target is the exclusive or of the sources. */
  EXCLUSIVE_OR,
  /** The target is those bits of the first source that the immediate has. */
  MASK,
  /** The target is the first source times the immediate. */
  SCALE,
  /** The target is the product of the sources. */
  PRODUCT,
  /** The target is a part of the first source's size. */
  SHRINK,
  /** The target is something of 32 bits or fewer that is computed from the first source. */
  NARROW,
  /** The target is something of 64 bits that is computed from the first source. */
  MANGLE,
  /** The target is two halves, put together. */
  PACK,
  /** The target is half of the first source, as it is. */
  PIECE,
  /** The target is where a frame begins: of the function {@code first}, -1 for this one. */
  ADDRESS,
  /** The target is what memory holds at the first source plus the immediate. */
  LOAD,
  /** Memory at the first source plus the immediate becomes the second. */
  STORE,
  /** The first source becomes known to others. */
  ESCAPE,
  /** The same, with all that is kept in local memory where it points; the target gathers it. */
  REVEAL,
  /** The first source is a pointer into an object, by the compiler's word. */
  POINTER,
  /** Memory that nothing here points to is read. */
  READ_ANYWHERE,
  /** Memory that nothing here points to is written. */
  WRITE_ANYWHERE
}
