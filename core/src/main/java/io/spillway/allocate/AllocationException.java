package io.spillway.allocate;

/**
 * An allocation or free that Spillway refused; nothing was changed. What the driver itself refused
 * is a {@link io.spillway.driver.DriverException} instead.
 */
public sealed class AllocationException extends RuntimeException
    permits AllocationPinnedException,
        AlreadyFreedException,
        ForeignAddressException,
        HostMemoryExhaustedException,
        InvalidSizeException,
        ManagedMemoryUnavailableException {

  private static final long serialVersionUID = 1L;

  AllocationException(String message) {
    super(message);
  }
}
