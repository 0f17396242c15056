package io.spillway.prefetch.move;

import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.ByteSize;

/** How many contexts the engine has of a device, whose memory each takes a part of. */
public record ContextShare(int contexts) {

  /**
   * All contexts together take at most this part of the device, or there is only the first: on a
   * card of less than 25 GiB.
   */
  private static final int CONTEXTS_IN_DEVICE = 25;

  /** What a context takes at least: 0.5 GiB of an H200 (docs/moving.md). */
  private static final long CONTEXT_BYTES = 512 * ByteSize.MIB;

  /**
   * Of which one took so much.
   *
   * @param takenBytes as far as it shows: on a device full of managed memory a context takes the
   *     place of that, which does not
   */
  public static ContextShare of(UnifiedMemoryDriver driver, long takenBytes) {
    long eachBytes = Math.max(takenBytes, CONTEXT_BYTES);
    return new ContextShare((int) (driver.device().totalBytes() / CONTEXTS_IN_DEVICE / eachBytes));
  }

  /** Those that fetch: one at least. */
  public int fetching() {
    return Math.clamp(contexts, 1, Mover.LANES);
  }

  /** Those that write back. */
  public int writingBack() {
    return Math.clamp((long) contexts - fetching(), 0, WriteBacks.LANES);
  }
}
