package io.spillway.benchmarks.trace;

import io.spillway.access.AccessKind;

/** What a launch does with a range. */
public enum Effect {
  /** Reads it. */
  READ,
  /** Overwrites it without reading: what was there is not needed. */
  WRITE,
  /** Reads and writes it. */
  UPDATE;

  /** What a session is told of it. */
  public AccessKind access() {
    return switch (this) {
      case READ -> AccessKind.READ;
      case WRITE -> AccessKind.WRITE;
      case UPDATE -> AccessKind.READ_WRITE;
    };
  }

  /** Whether the range's contents from before the launch matter. */
  public boolean needsContents() {
    return this != WRITE;
  }

  /** Whether the launch changes the range. */
  public boolean writes() {
    return this != READ;
  }
}
