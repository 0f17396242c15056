package io.spillway.allocate;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A free of an address at which no allocation starts. */
public final class ForeignAddressException extends AllocationException {

  private static final long serialVersionUID = 1L;

  private final long address;
  private final transient @Nullable LiveAllocation enclosing;

  ForeignAddressException(long address, @Nullable LiveAllocation enclosing) {
    super(
        enclosing == null
            ? "free of 0x%x refused: Spillway did not allocate it; free it where it was allocated"
                .formatted(address)
            : "free of 0x%x refused: it lies %d bytes inside %s; free the address that the allocation returned, 0x%x"
                .formatted(
                    address,
                    address - enclosing.range().address(),
                    enclosing,
                    enclosing.range().address()));
    this.address = address;
    this.enclosing = enclosing;
  }

  /** The address that was to be freed. */
  public long address() {
    return address;
  }

  /** The live allocation it lies inside, if it lies in one. */
  public Optional<LiveAllocation> enclosing() {
    return Optional.ofNullable(enclosing);
  }
}
