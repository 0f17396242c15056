package io.spillway.samples.device;

import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;

/**
 * Equal parts of memory that a sample goes over one after the other, of which a budget holds some.
 *
 * @param count how many
 * @param layerBytes bytes of each, whole blocks
 * @param budgetBytes device memory they may take
 */
public record Layers(int count, long layerBytes, long budgetBytes) {

  /** Refuses what cannot be, naming the value, the limit and the remedy. */
  public Layers {
    if (count < 1) {
      throw new IllegalArgumentException("layers of %d: must be at least 1".formatted(count));
    }
    if (layerBytes <= 0 || !Blocks.aligned(layerBytes)) {
      throw new IllegalArgumentException(
          "layer size of %s (%d bytes): must be a positive multiple of %s, such as 16 MiB"
              .formatted(ByteSize.format(layerBytes), layerBytes, ByteSize.format(Blocks.BYTES)));
    }
    if (count > Long.MAX_VALUE / layerBytes) {
      throw new IllegalArgumentException(
          "%d layers of %s: more than 2^63-1 bytes; ask for fewer or smaller layers"
              .formatted(count, ByteSize.format(layerBytes)));
    }
  }

  /**
   * The same, if the budget holds so many.
   *
   * @throws IllegalArgumentException if it does not
   */
  public Layers atLeastInBudget(int least) {
    if (budgetBytes < least * layerBytes) {
      throw new IllegalArgumentException(
          "budget of %s: less than %d layers of %s, the least that can be streamed; raise the budget or lower the layer size"
              .formatted(ByteSize.format(budgetBytes), least, ByteSize.format(layerBytes)));
    }
    return this;
  }

  /** Bytes of all of them. */
  public long bytes() {
    return count * layerBytes;
  }
}
