package io.spillway.allocate;

/** A free that gave up waiting for the hint calls that hold the allocation; it is still live. */
public final class AllocationPinnedException extends AllocationException {

  private static final long serialVersionUID = 1L;

  private final long address;

  AllocationPinnedException(LiveAllocation allocation, int pins, long waitedNanos) {
    super(
        "free of %s refused: %s after %d ms; it stays live, free it again once %s returned"
            .formatted(
                allocation,
                pins == 1 ? "1 hint call still holds it" : pins + " hint calls still hold it",
                waitedNanos / 1_000_000L,
                pins == 1 ? "it" : "they"));
    this.address = allocation.range().address();
  }

  /** The address that was to be freed. */
  public long address() {
    return address;
  }
}
