package io.spillway.allocate;

/** How much is recorded of where allocations come from. */
public enum AllocationTracking {
  /** Nothing. */
  NONE,
  /** The calling line, of managed allocations without a label: those whose site a profile needs. */
  CALL_SITE,
  /** The whole stack of every allocation, for leak reports; costs microseconds each. */
  STACK
}
