package io.spillway.driver;

import io.spillway.range.ByteSize;

/** A managed allocation refused, before it was made, because it would exceed a set ceiling. */
public final class ManagedMemoryLimitException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  ManagedMemoryLimitException(long requestBytes, long liveBytes, long limitBytes, long freeBytes) {
    super(
        "managed allocation of %s refused: with %s already live it would exceed the ceiling of %s (%s of the device is free); ask for less, or free some first"
            .formatted(
                ByteSize.format(requestBytes),
                ByteSize.format(liveBytes),
                ByteSize.format(limitBytes),
                ByteSize.format(freeBytes)));
  }
}
