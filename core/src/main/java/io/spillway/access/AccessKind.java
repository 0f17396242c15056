package io.spillway.access;

/** How a launch touches a range. */
public enum AccessKind {
  /** Only read. */
  READ,
  /** Only written. */
  WRITE,
  /** Read and written. */
  READ_WRITE,
  /**
   * Not known: a kernel was given an address inside the range. It may well write, so nothing may be
   * dropped for it; but advice is taken back only for writes that are known to come.
   */
  UNKNOWN;

  /** Whether it is known that the range's contents change. */
  public boolean writes() {
    return this == WRITE || this == READ_WRITE;
  }

  /** Whether the range's contents may change. */
  public boolean mayWrite() {
    return this != READ;
  }
}
