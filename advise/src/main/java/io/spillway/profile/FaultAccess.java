package io.spillway.profile;

/** What a faulting access was about to do. */
public enum FaultAccess {
  /** Read. */
  READ,
  /** Write. */
  WRITE,
  /** Read and write in one step. */
  ATOMIC,
  /** Load into a cache ahead of a use; reads nothing that anybody sees. */
  PREFETCH,
  /** Not told. */
  UNKNOWN;

  /** Whether it changes what is stored. */
  public boolean writes() {
    return this == WRITE || this == ATOMIC;
  }
}
