package io.spillway.range;

import java.util.Optional;

/**
 * Arithmetic on blocks, the 2 MiB unit in which the UVM driver tracks, moves and evicts memory.
 *
 * <p>Advice or movement of a part of a block makes the driver split policy ranges and lose its
 * whole-block fast paths, so every hint is clipped to blocks first.
 */
public final class Blocks {

  /** Bytes per block: the driver's {@code UVM_VA_BLOCK_SIZE}, {@code uvm_va_block_types.h}. */
  public static final long BYTES = 2L << 20;

  private Blocks() {}

  /** The start of the block that {@code address} lies in. */
  public static long floor(long address) {
    return address & -BYTES;
  }

  /**
   * The lowest block boundary not below {@code address}.
   *
   * @throws ArithmeticException if that exceeds 2^63-1
   */
  public static long ceil(long address) {
    return Math.addExact(address, BYTES - 1) & -BYTES;
  }

  /** Whether {@code value}, an address or a size, is a whole number of blocks. */
  public static boolean aligned(long value) {
    return (value & (BYTES - 1)) == 0;
  }

  /** How many blocks {@code bytes} bytes need. */
  public static long count(long bytes) {
    return ceil(bytes) / BYTES;
  }

  /** The blocks that lie wholly inside {@code range}; empty if none does. */
  public static Optional<AddressRange> inside(AddressRange range) {
    long start = range.address() > Long.MAX_VALUE - BYTES ? Long.MAX_VALUE : ceil(range.address());
    long length = floor(range.end()) - start;
    return length > 0 ? Optional.of(new AddressRange(start, length)) : Optional.empty();
  }

  /** The blocks that {@code range} touches. */
  public static AddressRange covering(AddressRange range) {
    long start = Math.max(floor(range.address()), 1);
    return new AddressRange(start, ceil(range.end()) - start);
  }
}
