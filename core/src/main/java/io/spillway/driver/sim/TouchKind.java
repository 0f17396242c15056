package io.spillway.driver.sim;

/** What a kernel or the host does with the memory it touches. */
public enum TouchKind {
  /** Only reads. */
  READ,
  /** Only writes, every byte. */
  WRITE,
  /** Reads and writes. */
  READ_WRITE,
  /** Reads and writes in one step each; takes as long as {@link #READ_WRITE}. */
  ATOMIC;

  /** Whether anything is read. */
  public boolean reads() {
    return this != WRITE;
  }

  /** Whether anything is written. */
  public boolean writes() {
    return this != READ;
  }

  /** How often each byte crosses the memory's bus. */
  int crossings() {
    return reads() && writes() ? 2 : 1;
  }
}
