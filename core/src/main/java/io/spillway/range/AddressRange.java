package io.spillway.range;

import java.util.Optional;

/**
 * A half-open range of unified virtual addresses, {@code [address, address + bytes)}.
 *
 * <p>CUDA's unified addresses fit in 49 bits on every supported platform, so signed comparison is
 * safe and is what {@link #compareTo} uses: by start, then by length.
 *
 * @param address the first byte, positive
 * @param bytes the length in bytes, positive
 */
public record AddressRange(long address, long bytes) implements Comparable<AddressRange> {

  /** Checks that the range is non-empty and does not wrap around the address space. */
  public AddressRange {
    if (address <= 0 || bytes <= 0 || address > Long.MAX_VALUE - bytes) {
      throw new IllegalArgumentException(
          "address range 0x%x + %d bytes: both must be positive and their sum at most 2^63-1"
              .formatted(address, bytes));
    }
  }

  /** The first address behind the range. */
  public long end() {
    return address + bytes;
  }

  /** Whether {@code candidate} lies inside. */
  public boolean contains(long candidate) {
    return candidate >= address && candidate < end();
  }

  /** Whether all of {@code other} lies inside. */
  public boolean contains(AddressRange other) {
    return other.address >= address && other.end() <= end();
  }

  /** Whether the two share at least one byte. */
  public boolean overlaps(AddressRange other) {
    return address < other.end() && other.address < end();
  }

  /** Whether the two overlap or touch, so that their union is one range. */
  public boolean joins(AddressRange other) {
    return address <= other.end() && other.address <= end();
  }

  /** The shared part, empty if there is none. */
  public Optional<AddressRange> intersection(AddressRange other) {
    long start = Math.max(address, other.address);
    long length = Math.min(end(), other.end()) - start;
    return length > 0 ? Optional.of(new AddressRange(start, length)) : Optional.empty();
  }

  /**
   * The smallest range covering both.
   *
   * @throws IllegalArgumentException if they do not {@linkplain #joins join}
   */
  public AddressRange union(AddressRange other) {
    if (!joins(other)) {
      throw new IllegalArgumentException(this + " and " + other + " have a gap between them");
    }
    long start = Math.min(address, other.address);
    return new AddressRange(start, Math.max(end(), other.end()) - start);
  }

  /**
   * The part {@code [offset, offset + length)} of this range.
   *
   * @throws IndexOutOfBoundsException if that is not inside
   */
  public AddressRange slice(long offset, long length) {
    if (offset < 0 || length <= 0 || offset > bytes - length) {
      throw new IndexOutOfBoundsException(
          "offset %d, length %d: not inside the %d bytes of %s"
              .formatted(offset, length, bytes, this));
    }
    return new AddressRange(address + offset, length);
  }

  @Override
  public int compareTo(AddressRange other) {
    int byStart = Long.compare(address, other.address);
    return byStart != 0 ? byStart : Long.compare(bytes, other.bytes);
  }

  @Override
  public String toString() {
    return "[0x%x, +%s)".formatted(address, ByteSize.format(bytes));
  }
}
