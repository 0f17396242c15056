package io.spillway.benchmarks.trace;

/** What a launch does with a range. */
public enum Effect {
  /** Reads it. */
  READ,
  /** Overwrites it without reading: what was there is not needed. */
  WRITE,
  /** Reads and writes it. */
  UPDATE;

  /** Whether the range's contents from before the launch matter. */
  public boolean needsContents() {
    return this != WRITE;
  }

  /** Whether the launch changes the range. */
  public boolean writes() {
    return this != READ;
  }
}
