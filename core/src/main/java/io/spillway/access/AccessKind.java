package io.spillway.access;

/** How a launch touches a range. */
public enum AccessKind {
  /** Only read. */
  READ,
  /** Only written. */
  WRITE,
  /** Read and written. */
  READ_WRITE;

  /** Whether the range's contents may change. */
  public boolean writes() {
    return this != READ;
  }
}
