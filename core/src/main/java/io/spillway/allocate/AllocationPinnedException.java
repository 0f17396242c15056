package io.spillway.allocate;

/** A free that gave up waiting for the hint calls that hold the allocation; it is still live. */
public final class AllocationPinnedException extends AllocationException {

  private static final long serialVersionUID = 1L;

  private final long address;

  AllocationPinnedException(LiveAllocation allocation, int pins, long waitedNanos) {
    super(
        "free of %s refused: %d hint calls still hold it after %d ms; it stays live, free it again once they returned"
            .formatted(allocation, pins, waitedNanos / 1_000_000L));
    this.address = allocation.range().address();
  }

  /** The address that was to be freed. */
  public long address() {
    return address;
  }
}
