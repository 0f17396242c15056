package io.spillway.allocate;

/** How much is recorded of where allocations come from. */
public enum AllocationTracking {
  /** Nothing. */
  NONE,
  /**
   * The calling line of allocations without a label: of managed ones, and of all while allocations
   * are recorded.
   */
  CALL_SITE,
  /** The calling line of every allocation without a label. */
  EVERY_CALL_SITE,
  /** The whole stack of every allocation, for leak reports; costs microseconds each. */
  STACK
}
