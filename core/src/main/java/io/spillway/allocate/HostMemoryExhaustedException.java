package io.spillway.allocate;

/** The host cannot be promised to hold an allocation; nothing was allocated. */
public final class HostMemoryExhaustedException extends AllocationException {

  private static final long serialVersionUID = 1L;

  private final long requestBytes;
  private final long availableBytes;

  HostMemoryExhaustedException(String message, long requestBytes, long availableBytes) {
    super(message);
    this.requestBytes = requestBytes;
    this.availableBytes = availableBytes;
  }

  /** What was asked for, in bytes. */
  public long requestBytes() {
    return requestBytes;
  }

  /** What could still be promised, in bytes; 0 if nothing. */
  public long availableBytes() {
    return availableBytes;
  }
}
