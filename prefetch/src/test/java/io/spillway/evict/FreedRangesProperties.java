package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Compares with one bit for each address. */
final class FreedRangesProperties {

  private static final int ADDRESSES = 64;

  @Property(tries = 500)
  void itIsTheSetOfFreedAddresses(@ForAll long seed) {
    Random random = new Random(seed);
    FreedRanges ranges = new FreedRanges();
    BitSet naive = new BitSet();
    for (int i = 0; i < 60; i++) {
      int start = random.nextInt(ADDRESSES);
      int end = start + 1 + random.nextInt(10);
      if (random.nextBoolean()) {
        ranges.add(start, end);
        naive.set(start, end);
      } else {
        boolean any = !naive.get(start, end).isEmpty();
        assertThat(ranges.remove(start, end)).isEqualTo(any);
        naive.clear(start, end);
      }
      for (int at = 0; at < ADDRESSES + 10; at++) {
        assertThat(ranges.touch(at, at + 1)).as("address %d", at).isEqualTo(naive.get(at));
      }
      int from = random.nextInt(ADDRESSES);
      int to = from + 1 + random.nextInt(20);
      assertThat(ranges.touch(from, to)).isEqualTo(!naive.get(from, to).isEmpty());
    }
  }
}
