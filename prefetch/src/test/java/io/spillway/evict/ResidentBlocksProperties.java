package io.spillway.evict;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** Compares with a list of block numbers, oldest first, kept in the most naive way. */
final class ResidentBlocksProperties {

  private static final long BASE = 1L << 40;
  private static final int BLOCKS = 24;

  private record Step(boolean use, int firstBlock, int blockCount) {
    AddressRange range() {
      return new AddressRange(BASE + firstBlock * Blocks.BYTES, blockCount * Blocks.BYTES);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.frequency(
                net.jqwik.api.Tuple.of(3, true), net.jqwik.api.Tuple.of(1, false)),
            Arbitraries.integers().between(0, BLOCKS - 1),
            Arbitraries.integers().between(1, 8))
        .as(Step::new)
        .list()
        .ofMaxSize(40);
  }

  @Property
  void agreesWithANaiveList(@ForAll("steps") List<Step> steps) {
    ResidentBlocks resident = new ResidentBlocks();
    List<Integer> naive = new ArrayList<>();
    long launch = 0;
    for (Step step : steps) {
      for (int block = step.firstBlock; block < step.firstBlock + step.blockCount; block++) {
        naive.remove((Integer) block);
        if (step.use) {
          naive.add(block);
        }
      }
      if (step.use) {
        resident.use(step.range(), launch++);
      } else {
        resident.remove(step.range());
      }
      assertThat(resident.bytes()).isEqualTo(naive.size() * Blocks.BYTES);
      assertThat(blocksOf(resident.missing(step.range()))).hasSize(step.use ? 0 : step.blockCount);
    }
    for (int count = 0; count <= naive.size(); count++) {
      List<AddressRange> victims =
          resident.leastRecentlyUsed(count * Blocks.BYTES, block -> false).stream()
              .map(ResidentBlocks.Victim::range)
              .toList();
      assertThat(blocksOf(victims)).isEqualTo(new TreeSet<>(naive.subList(0, count)));
    }
  }

  @Example
  void victimsCarryTheirLatestUseAndSpareWhatIsKept() {
    ResidentBlocks resident = new ResidentBlocks();
    resident.use(range(0, 2), 1);
    resident.use(range(2, 1), 5);
    resident.use(range(9, 1), 6);

    List<ResidentBlocks.Victim> victims =
        resident.leastRecentlyUsed(3 * Blocks.BYTES, block -> block.address() == BASE);

    assertThat(victims)
        .containsExactly(
            new ResidentBlocks.Victim(range(1, 2), 5), new ResidentBlocks.Victim(range(9, 1), 6));
  }

  @Example
  void nothingLeavesWhenNothingIsAskedFor() {
    ResidentBlocks resident = new ResidentBlocks();
    resident.use(range(0, 4), 0);

    assertThat(resident.leastRecentlyUsed(0, block -> false)).isEmpty();
    assertThat(resident.leastRecentlyUsed(-Blocks.BYTES, block -> false)).isEmpty();
  }

  @Example
  void partsOfBlocksCountAsWholeOnes() {
    ResidentBlocks resident = new ResidentBlocks();
    AddressRange middle = new AddressRange(BASE + 1000, Blocks.BYTES);

    assertThat(resident.missing(middle)).containsExactly(range(0, 2));
    resident.use(middle, 0);

    assertThat(resident.bytes()).isEqualTo(2 * Blocks.BYTES);
  }

  private static AddressRange range(int firstBlock, int blockCount) {
    return new Step(true, firstBlock, blockCount).range();
  }

  private static TreeSet<Integer> blocksOf(List<AddressRange> ranges) {
    TreeSet<Integer> blocks = new TreeSet<>();
    for (AddressRange range : ranges) {
      for (long block = range.address(); block < range.end(); block += Blocks.BYTES) {
        blocks.add((int) ((block - BASE) / Blocks.BYTES));
      }
    }
    return blocks;
  }
}
