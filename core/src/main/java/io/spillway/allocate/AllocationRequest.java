package io.spillway.allocate;

/**
 * What a caller asks for.
 *
 * @param bytes the size; checked by {@link Allocator#allocate}, so that a refusal names it
 * @param placement where
 * @param label the caller's name for it, empty if none
 */
public record AllocationRequest(long bytes, Placement placement, String label) {

  /** A request without a label whose placement the redirect rule decides. */
  public static AllocationRequest of(long bytes) {
    return new AllocationRequest(bytes, Placement.AUTO, "");
  }

  /** A labelled request whose placement the redirect rule decides. */
  public static AllocationRequest of(long bytes, String label) {
    return new AllocationRequest(bytes, Placement.AUTO, label);
  }
}
