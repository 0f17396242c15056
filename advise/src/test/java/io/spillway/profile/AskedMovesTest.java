package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.allocate.MemoryKind;
import io.spillway.hint.HintKind;
import io.spillway.range.Blocks;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What Spillway asked to leave the device is counted by block, whatever transfers are told of. */
class AskedMovesTest {

  private static final int BLOCKS = 4;
  private static final long B = Blocks.BYTES;
  private static final long ADDRESS = 1L << 40;

  private final ProfileFolder folder = new ProfileFolder();

  AskedMovesTest() {
    folder.allocation(
        0, ADDRESS, BLOCKS * B, BLOCKS * B, MemoryKind.MANAGED, "Data.make:1", "data", 0);
  }

  private void asked(long address, long bytes, HintKind kind, boolean refused) {
    folder.hint(1, address, bytes, kind, refused);
  }

  private long[] counted() {
    Columns<BlockMeasure> blocks = folder.finish().allocations().getFirst().blocks();
    return IntStream.range(0, BLOCKS)
        .mapToLong(block -> blocks.get(BlockMeasure.ASKED_TO_HOST, block))
        .toArray();
  }

  @Test
  void aMoveCountsForEveryBlockThatItCrosses() {
    asked(ADDRESS + B / 2, 2 * B, HintKind.WRITE_BACK, false);
    asked(ADDRESS + 2 * B, B / 4, HintKind.WRITE_BACK, false);
    assertThat(counted()).containsExactly(B / 2, B, B / 2 + B / 4, 0);
  }

  @Test
  void whatReachesBeyondTheAllocationCountsAsFarAsItGoes() {
    asked(ADDRESS + 3 * B, 9 * B, HintKind.WRITE_BACK, false);
    assertThat(counted()).containsExactly(0, 0, 0, B);
  }

  @Test
  void whatWasRefusedOrAskedOtherwiseOrElsewhereDoesNot() {
    asked(ADDRESS, BLOCKS * B, HintKind.WRITE_BACK, true);
    asked(ADDRESS, BLOCKS * B, HintKind.FETCH, false);
    asked(ADDRESS, BLOCKS * B, HintKind.DROP, false);
    asked(ADDRESS - B, B, HintKind.WRITE_BACK, false);
    asked(ADDRESS, 0, HintKind.WRITE_BACK, false);
    assertThat(counted()).containsOnly(0);
  }
}
