package io.spillway.driver.sim;

/** What a kernel or the host does with the memory it touches. */
public enum AccessKind {
  /** Only reads. */
  READ,
  /** Only writes, every byte. */
  WRITE,
  /** Reads and writes. */
  READ_WRITE;

  /** Whether anything is read. */
  public boolean reads() {
    return this != WRITE;
  }

  /** Whether anything is written. */
  public boolean writes() {
    return this != READ;
  }
}
