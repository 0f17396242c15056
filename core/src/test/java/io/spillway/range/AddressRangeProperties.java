package io.spillway.range;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Ranges against sets of addresses. */
class AddressRangeProperties {

  private static BitSet addresses(AddressRange range) {
    BitSet set = new BitSet();
    set.set((int) range.address(), (int) range.end());
    return set;
  }

  @Property
  void containsAnAddressIfTheSetDoes(
      @ForAll @IntRange(min = 1, max = 60) int start,
      @ForAll @IntRange(min = 1, max = 60) int bytes,
      @ForAll @IntRange(min = 0, max = 130) int candidate) {
    AddressRange range = new AddressRange(start, bytes);
    assertEquals(addresses(range).get(candidate), range.contains(candidate));
    assertEquals(addresses(range).cardinality(), range.bytes());
  }

  @Property
  void twoRangesRelateAsTheirSetsDo(
      @ForAll @IntRange(min = 1, max = 40) int start,
      @ForAll @IntRange(min = 1, max = 40) int bytes,
      @ForAll @IntRange(min = 1, max = 40) int otherStart,
      @ForAll @IntRange(min = 1, max = 40) int otherBytes) {
    AddressRange range = new AddressRange(start, bytes);
    AddressRange other = new AddressRange(otherStart, otherBytes);
    BitSet shared = addresses(range);
    shared.and(addresses(other));
    BitSet both = addresses(range);
    both.or(addresses(other));

    assertEquals(!shared.isEmpty(), range.overlaps(other));
    assertEquals(shared.equals(addresses(other)), range.contains(other));
    assertEquals(
        shared,
        range.intersection(other).map(AddressRangeProperties::addresses).orElse(new BitSet()));
    boolean oneRun = both.nextClearBit(both.nextSetBit(0)) == both.length();
    assertEquals(oneRun, range.joins(other));
    if (oneRun) {
      assertEquals(both, addresses(range.union(other)));
    } else {
      IllegalArgumentException refusal =
          assertThrows(IllegalArgumentException.class, () -> range.union(other));
      assertEquals(range + " and " + other + " have a gap between them", refusal.getMessage());
    }
    assertEquals(
        Integer.signum(
            start != otherStart
                ? Integer.compare(start, otherStart)
                : Integer.compare(bytes, otherBytes)),
        Integer.signum(range.compareTo(other)));
  }

  @Property
  void aSliceIsInsideOrRefused(
      @ForAll @IntRange(min = 1, max = 40) int bytes,
      @ForAll @IntRange(min = -5, max = 50) int offset,
      @ForAll @IntRange(min = -5, max = 50) int length) {
    AddressRange range = new AddressRange(4096, bytes);
    if (offset >= 0 && length > 0 && offset + length <= bytes) {
      assertEquals(new AddressRange(4096 + offset, length), range.slice(offset, length));
    } else {
      assertThrows(IndexOutOfBoundsException.class, () -> range.slice(offset, length));
    }
  }

  @Property
  void onlyPositiveRangesThatDoNotWrapExist(@ForAll long address, @ForAll long bytes) {
    if (address > 0 && bytes > 0 && Long.MAX_VALUE - address >= bytes) {
      assertEquals(address + bytes, new AddressRange(address, bytes).end());
    } else {
      assertEquals(
          "address range 0x%x + %d bytes: both must be positive and their sum at most 2^63-1"
              .formatted(address, bytes),
          assertThrows(IllegalArgumentException.class, () -> new AddressRange(address, bytes))
              .getMessage());
    }
  }

  @Property
  void blocksAgreeWithDivision(@ForAll @LongRange(min = 0, max = 1L << 50) long value) {
    long block = 2_097_152;
    assertEquals(value / block * block, Blocks.floor(value));
    assertEquals((value + block - 1) / block * block, Blocks.ceil(value));
    assertEquals((value + block - 1) / block, Blocks.count(value));
    assertEquals(value % block == 0, Blocks.aligned(value));
  }

  @Property
  void blocksInsideAndCoveringAgreeWithAWalk(
      @ForAll @LongRange(min = 1, max = 16L << 20) long start,
      @ForAll @LongRange(min = 1, max = 16L << 20) long bytes) {
    AddressRange range = new AddressRange(start, bytes);
    long block = 2_097_152;
    long whole = 0;
    long touched = 0;
    for (long at = 0; at < range.end() + block; at += block) {
      if (at >= start && at + block <= range.end()) {
        whole += block;
      }
      if (at < range.end() && at + block > start) {
        touched += block;
      }
    }
    assertEquals(whole, Blocks.inside(range).map(AddressRange::bytes).orElse(0L));
    Blocks.inside(range).ifPresent(inside -> assertEquals(true, range.contains(inside)));
    AddressRange covering = Blocks.covering(range);
    assertEquals(true, covering.contains(range));
    // Address 0 is in no range, so a covering that would start there lacks one byte.
    assertEquals(touched - (start < block ? 1 : 0), covering.bytes());
  }
}
