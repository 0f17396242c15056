package io.spillway.driver;

import io.spillway.range.AddressRange;

/**
 * What moves the memory of another driver and allocates none, so that what limits and accounts for
 * that driver's allocations need not know of it.
 */
public final class SiblingDriver extends ForwardingDriver {

  private final boolean owning;

  private SiblingDriver(UnifiedMemoryDriver upstream, boolean owning) {
    super(upstream);
    this.owning = owning;
  }

  /** Moves by the calls of {@code driver} itself, which closing this leaves open. */
  public static SiblingDriver of(UnifiedMemoryDriver driver) {
    return new SiblingDriver(driver, false);
  }

  /** Moves by the calls of {@code own}, a driver for the same device, closed with this. */
  public static SiblingDriver owning(UnifiedMemoryDriver own) {
    return new SiblingDriver(own, true);
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    throw allocatesNothing();
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    throw allocatesNothing();
  }

  @Override
  public AddressRange allocatePinned(long bytes) {
    throw allocatesNothing();
  }

  @Override
  public void free(AddressRange range) {
    throw allocatesNothing();
  }

  private static UnsupportedOperationException allocatesNothing() {
    return new UnsupportedOperationException(
        "a sibling driver only moves memory: allocate and free with the driver it was opened from");
  }

  @Override
  public boolean ownsContext() {
    return owning;
  }

  @Override
  public void close() {
    if (owning) {
      super.close();
    }
  }
}
