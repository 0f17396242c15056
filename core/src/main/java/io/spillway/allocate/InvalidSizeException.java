package io.spillway.allocate;

import io.spillway.range.ByteSize;

/** An allocation of a size no device can have. */
public final class InvalidSizeException extends AllocationException {

  private static final long serialVersionUID = 1L;

  private final long bytes;

  InvalidSizeException(long bytes, long mostBytes) {
    super(
        "allocation of %d bytes refused: a size must be from 1 to %d bytes (%s); pass the number of bytes, and check its computation for overflow"
            .formatted(bytes, mostBytes, ByteSize.format(mostBytes)));
    this.bytes = bytes;
  }

  /** The size asked for, in bytes. */
  public long bytes() {
    return bytes;
  }
}
