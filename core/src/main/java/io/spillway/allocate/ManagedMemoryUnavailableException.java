package io.spillway.allocate;

import io.spillway.range.ByteSize;

/** Managed memory was asked for by placement, and this device or driver cannot serve it. */
public final class ManagedMemoryUnavailableException extends AllocationException {

  private static final long serialVersionUID = 1L;

  private final String reason;

  ManagedMemoryUnavailableException(long bytes, String reason) {
    super(
        "managed allocation of %s refused: %s; use placement AUTO or DEVICE on this device"
            .formatted(ByteSize.format(bytes), reason));
    this.reason = reason;
  }

  /** Why there is none. */
  public String reason() {
    return reason;
  }
}
