package io.spillway.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.range.Blocks;
import org.junit.jupiter.api.Test;

/**
 * What launches touched is known block by block though of a batch of faults one address is told:
 * the transfers that served it tell the others, pages that faulted and what was prefetched around
 * them apart.
 */
class BatchedFaultsTest {

  private static final long BASE = 1L << 40;
  private static final long B = Blocks.BYTES;
  private static final long PART = AllocationRow.PART_BYTES;
  private static final long PAGE = 4096;

  private final ProfileFolder folder = new ProfileFolder(16);
  private long time;
  private long ordinal;

  private void allocate(String label, long address, int blocks) {
    folder.allocation(
        ++time, address, blocks * B, blocks * B, MemoryKind.MANAGED, label, label, ordinal++);
  }

  private void launch(long sequence, long address, int blocks) {
    folder.access(++time, sequence, "step", 0, address, blocks * B, AccessKind.UNKNOWN);
  }

  private void batch(FaultAccess access, long sequence, long sample, long start, long end) {
    folder.fault(++time, Processor.GPU, access, sample, 1, 0, start, end, sequence);
  }

  /** One page of a part faulted, and the rest of the part came along. */
  private void part(long sequence, long address, long start) {
    moved(TransferCause.COHERENCE, sequence, address, PAGE, start);
    moved(TransferCause.PREFETCH, sequence, address + PAGE, PART - PAGE, start + 1);
  }

  private void moved(TransferCause cause, long sequence, long address, long bytes, long start) {
    folder.transfer(++time, Direction.TO_DEVICE, cause, address, bytes, start, start + 1, sequence);
  }

  private static Columns<BlockMeasure> blocks(Profile profile, int allocation) {
    return profile.allocations().get(allocation).blocks();
  }

  @Test
  void aBatchIsKnownByItsTransfersAndCountsOnce() {
    allocate("data", BASE, 3);
    launch(0, BASE, 3);
    batch(FaultAccess.READ, 0, BASE + 2 * PART, 100, 200);
    part(0, BASE + 2 * PART, 110);
    part(0, BASE + 5 * PART, 120);
    part(0, BASE + B + 31 * PART, 130);
    Columns<BlockMeasure> data = blocks(folder.finish(), 0);
    assertThat(data.column(BlockMeasure.FAULTED_PARTS))
        .containsExactly(1L << 2 | 1L << 5, 1L << 31, 0);
    assertThat(data.column(BlockMeasure.GPU_READ_FAULTS)).containsExactly(1, 0, 0);
    assertThat(data.column(BlockMeasure.LAST_READ)).containsExactly(0, 0, Measure.NEVER);
    assertThat(data.total(BlockMeasure.WRITE_FAULTED_PARTS)).isZero();
    assertThat(data.total(BlockMeasure.FIRST_WRITE)).isEqualTo(Measure.NEVER);
    assertThat(data.total(BlockMeasure.LAST_WRITE)).isEqualTo(Measure.NEVER);
    assertThat(data.total(BlockMeasure.GPU_FAULT_NANOS)).isEqualTo(100);
  }

  @Test
  void aPrefetchAloneShowsNoFault() {
    allocate("data", BASE, 1);
    launch(0, BASE, 1);
    batch(FaultAccess.WRITE, 0, BASE, 100, 200);
    moved(TransferCause.PREFETCH, 0, BASE + 7 * PART, PART, 110);
    folder.transfer(
        ++time, Direction.TO_HOST, TransferCause.COHERENCE, BASE + 8 * PART, PAGE, 120, 121, 0);
    moved(TransferCause.COHERENCE, -1, BASE + 9 * PART, PAGE, 130);
    Columns<BlockMeasure> data = blocks(folder.finish(), 0);
    assertThat(data.get(BlockMeasure.FAULTED_PARTS, 0)).isEqualTo(1);
    assertThat(data.get(BlockMeasure.WRITE_FAULTED_PARTS, 0)).isEqualTo(1);
  }

  /** The sample of the batch that writes lies elsewhere. */
  @Test
  void whereBatchesOverlapATransferMayBeWritten() {
    allocate("read", BASE, 1);
    allocate("written", BASE + 8 * B, 1);
    launch(0, BASE, 1);
    batch(FaultAccess.READ, 0, BASE, 100, 200);
    part(0, BASE, 110);
    batch(FaultAccess.ATOMIC, 0, BASE + 8 * B, 190, 300);
    part(0, BASE + PART, 195); // of either
    part(0, BASE + 8 * B + PART, 250);
    batch(FaultAccess.READ, 0, BASE, 310, 400);
    part(0, BASE + 2 * PART, 305); // before it: the batch before it took longer than told
    part(0, BASE + 3 * PART, 320);
    part(0, BASE + 4 * PART, 402); // after it, likewise
    Profile profile = folder.finish();
    assertThat(blocks(profile, 0).get(BlockMeasure.FAULTED_PARTS, 0)).isEqualTo(0b11111);
    assertThat(blocks(profile, 0).get(BlockMeasure.WRITE_FAULTED_PARTS, 0)).isEqualTo(0b00010);
    assertThat(blocks(profile, 0).total(BlockMeasure.GPU_ATOMIC_FAULTS)).isZero();
    assertThat(blocks(profile, 0).get(BlockMeasure.FIRST_WRITE, 0)).isZero();
    assertThat(blocks(profile, 1).get(BlockMeasure.WRITE_FAULTED_PARTS, 0)).isEqualTo(0b11);
  }

  /** Those of another launch say nothing, nor do those of none. */
  @Test
  void batchesAreTheirLaunchs() {
    allocate("data", BASE, 1);
    launch(0, BASE, 1);
    launch(1, BASE, 1);
    batch(FaultAccess.WRITE, 0, BASE, 100, 200);
    batch(FaultAccess.READ, 1, BASE, 100, 200);
    batch(FaultAccess.WRITE, -1, BASE, 100, 200);
    part(1, BASE + 3 * PART, 150);
    part(0, BASE + 4 * PART, 150);
    launch(2, BASE, 1);
    part(1, BASE + 5 * PART, 160); // both are closed now
    part(0, BASE + 6 * PART, 160);
    part(2, BASE + 7 * PART, 170); // no batch is told of
    Columns<BlockMeasure> data = blocks(folder.finish(), 0);
    assertThat(data.get(BlockMeasure.FAULTED_PARTS, 0)).isEqualTo(0b1111_1001);
    assertThat(data.get(BlockMeasure.WRITE_FAULTED_PARTS, 0)).isEqualTo(0b0101_0001);
    assertThat(data.get(BlockMeasure.LAST_READ, 0)).isEqualTo(1);
    assertThat(data.get(BlockMeasure.LAST_WRITE, 0)).isZero();
    assertThat(data.get(BlockMeasure.LAST_TOUCH, 0)).isEqualTo(2);
  }

  /** A batch that says itself what it touched leaves the access of others' transfers alone. */
  @Test
  void whatTellsItsPartsSpeaksForItself() {
    allocate("data", BASE, 2);
    launch(0, BASE, 2);
    folder.fault(++time, Processor.GPU, FaultAccess.WRITE, BASE, 16, 0b101, 100, 200, 0);
    part(0, BASE, 110);
    part(0, BASE + 2 * PART, 120);
    part(0, BASE + B, 130);
    Columns<BlockMeasure> data = blocks(folder.finish(), 0);
    assertThat(data.column(BlockMeasure.FAULTED_PARTS)).containsExactly(0b101, 1);
    assertThat(data.column(BlockMeasure.WRITE_FAULTED_PARTS)).containsExactly(0b101, 0);
    assertThat(data.column(BlockMeasure.GPU_WRITE_FAULTS)).containsExactly(16, 0);
  }

  @Test
  void transfersOfAFreedAllocationAreItsOwn() {
    allocate("old", BASE, 2);
    launch(0, BASE, 2);
    folder.free(++time, BASE);
    allocate("new", BASE - B, 4);
    launch(1, BASE, 2);
    batch(FaultAccess.WRITE, 0, BASE, 100, 200);
    part(0, BASE + B + PART, 110);
    batch(FaultAccess.READ, 1, BASE, 300, 400);
    part(1, BASE + B + 2 * PART, 310);
    Profile profile = folder.finish();
    assertThat(blocks(profile, 0).column(BlockMeasure.FAULTED_PARTS)).containsExactly(1, 0b010);
    assertThat(blocks(profile, 0).column(BlockMeasure.WRITE_FAULTED_PARTS))
        .containsExactly(1, 0b010);
    assertThat(blocks(profile, 1).column(BlockMeasure.FAULTED_PARTS))
        .containsExactly(0, 1, 0b100, 0);
    assertThat(blocks(profile, 1).total(BlockMeasure.WRITE_FAULTED_PARTS)).isZero();
  }

  /** A lap is one launch; the second block is in no fault's address. */
  @Test
  void transfersTellTheLapsInWhichABlockFaults() {
    allocate("data", BASE, 3);
    int laps = 10;
    for (int lap = 0; lap < laps; lap++) {
      for (int step = 0; step < 2; step++) {
        long sequence = 2L * lap + step;
        folder.access(
            ++time, sequence, "step" + step, step, BASE, (step + 1) * B, AccessKind.UNKNOWN);
        batch(FaultAccess.READ, sequence, BASE, time, time + 100);
        if (step == 1) {
          part(sequence, BASE + B, time);
          part(sequence, BASE + B + PART, time);
        } else if (sequence > 0) {
          part(sequence - 1, BASE + 2 * B, time); // late
        }
      }
    }
    PhaseProfile phase = folder.finish().mainPhase().orElseThrow();
    Columns<BlockMeasure> data = phase.blocks().getFirst();
    assertThat(phase.schedule().length()).isEqualTo(2);
    assertThat(data.get(BlockMeasure.FAULT_LAPS, 0)).isEqualTo(phase.observedLaps());
    assertThat(data.get(BlockMeasure.FAULT_LAPS, 1)).isEqualTo(phase.observedLaps());
    assertThat(data.get(BlockMeasure.FAULT_LAPS, 2))
        .isBetween(phase.observedLaps() - 1, phase.observedLaps());
    assertThat(data.get(BlockMeasure.FIRST_FAULT_IN_LAP, 1)).isEqualTo(1);
    assertThat(data.get(BlockMeasure.LAST_FAULT_IN_LAP, 1)).isEqualTo(1);
    assertThat(data.get(BlockMeasure.FIRST_FAULT_IN_LAP, 0)).isZero();
    assertThat(data.get(BlockMeasure.GPU_READ_FAULTS, 1)).isZero();
  }
}
