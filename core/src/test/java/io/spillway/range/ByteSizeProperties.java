package io.spillway.range;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;

/** Sizes written and read back. */
class ByteSizeProperties {

  @Property
  void whatIsWrittenReadsBackWithinItsRounding(
      @ForAll @LongRange(min = 0, max = 1L << 52) long bytes) {
    long back = ByteSize.parse(ByteSize.format(bytes)).bytes();
    // One decimal: at most 5% of a unit, and the size has at least one.
    assertTrue(Math.abs(back - bytes) <= bytes * 0.05 + 1, bytes + " came back as " + back);
  }

  @Property
  void wholeUnitsReadBackExactly(@ForAll @LongRange(min = 0, max = 1023) long count) {
    for (long unit : new long[] {1, ByteSize.KIB, ByteSize.MIB, ByteSize.GIB, ByteSize.TIB}) {
      ByteSize size = new ByteSize(count * unit);
      assertEquals(size, ByteSize.parse(size.toString()));
    }
  }
}
