package io.spillway.benchmarks.compare.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

/** Compares the heap with a map that is searched through. */
final class ResidentBlocksProperties {

  private static final int BLOCKS = 16;
  private static final int CAPACITY = 6;

  @Property(tries = 500)
  void lowestKeysLeaveFirst(
      @ForAll @Size(max = 60) List<@IntRange(min = 0, max = BLOCKS - 1) Integer> blocks,
      @ForAll @Size(min = 60, max = 60) List<@LongRange(min = -50, max = 50) Long> keys,
      @ForAll @IntRange(min = 0, max = BLOCKS - 1) int spared) {
    ResidentBlocks resident = new ResidentBlocks(BLOCKS, CAPACITY);
    Map<Integer, Long> naive = new HashMap<>();
    for (int i = 0; i < blocks.size(); i++) {
      int block = blocks.get(i);
      // Keys are told apart by the step, so that the order is never open.
      long key = keys.get(i) * 100 + i;
      if (i % 5 == 4) {
        resident.remove(block);
        naive.remove(block);
      } else {
        int incoming = naive.containsKey(block) ? 0 : 1;
        Set<Integer> removed = new HashSet<>();
        IntBag bag = resident.makeRoom(incoming, other -> other == spared);
        for (int r = 0; r < bag.size(); r++) {
          removed.add(bag.get(r));
        }
        Set<Integer> expected = new HashSet<>();
        while (naive.size() + incoming > CAPACITY) {
          int lowest =
              naive.entrySet().stream()
                  .filter(entry -> entry.getKey() != spared)
                  .min(Comparator.comparingLong(Map.Entry::getValue))
                  .orElseThrow()
                  .getKey();
          naive.remove(lowest);
          expected.add(lowest);
        }
        assertThat(removed).isEqualTo(expected);
        resident.put(block, key);
        naive.put(block, key);
      }
      assertThat(resident.size()).isEqualTo(naive.size()).isLessThanOrEqualTo(CAPACITY);
      for (int other = 0; other < BLOCKS; other++) {
        assertThat(resident.contains(other)).isEqualTo(naive.containsKey(other));
      }
      if (!naive.isEmpty()) {
        assertThat(resident.key(resident.lowest()))
            .isEqualTo(naive.values().stream().mapToLong(Long::longValue).min().orElseThrow());
      }
    }
    resident.rekey(block -> -block);
    if (!naive.isEmpty()) {
      assertThat(resident.lowest())
          .isEqualTo(naive.keySet().stream().mapToInt(Integer::intValue).max().orElseThrow());
    }
  }
}
