package io.spillway.allocate;

/** A free of what is already freed, or just being freed by another thread. */
public final class AlreadyFreedException extends AllocationException {

  private static final long serialVersionUID = 1L;

  private final long address;

  AlreadyFreedException(long address, LiveAllocation freed, long freedAgoNanos) {
    super(
        "free of 0x%x refused: it %s %s, freed %s ago; drop the second free"
            .formatted(
                address,
                address == freed.range().address() ? "was" : "lay inside",
                freed,
                ago(freedAgoNanos)));
    this.address = address;
  }

  AlreadyFreedException(long address, LiveAllocation freeing) {
    super(
        "free of 0x%x refused: another thread is freeing %s; drop the second free"
            .formatted(address, freeing));
    this.address = address;
  }

  private static String ago(long nanos) {
    return nanos < 1_000_000L
        ? nanos / 1_000L + " us"
        : nanos < 10_000_000_000L ? nanos / 1_000_000L + " ms" : nanos / 1_000_000_000L + " s";
  }

  /** The address that was to be freed. */
  public long address() {
    return address;
  }
}
