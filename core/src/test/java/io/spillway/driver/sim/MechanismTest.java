package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What the driver's source and the measurements say it does, on a device of eight blocks. */
class MechanismTest {

  private static final long BLOCK = Blocks.BYTES;
  private static final int BLOCKS = 8;
  private static final Location GPU = Location.device(0);
  private static final StreamHandle STREAM = StreamHandle.DEFAULT;

  private final SimulatedDriver driver =
      SimulatedDriver.builder(GpuModel.h200()).deviceBytes(BLOCKS * BLOCK).open();

  private AddressRange filled(int blocks) {
    AddressRange range = driver.allocateManaged(blocks * BLOCK);
    driver.hostTouch(range, TouchKind.WRITE);
    return range;
  }

  private AddressRange readMostly(int blocks) {
    AddressRange range = filled(blocks);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    return range;
  }

  private static AddressRange block(AddressRange range, int index) {
    return range.slice(index * BLOCK, BLOCK);
  }

  private void read(AddressRange range) {
    driver.launch(SimulatedKernel.of("read", Access.read(range)), STREAM);
  }

  private boolean resident(AddressRange range) {
    return driver.residentBytes(range) == range.bytes();
  }

  // ---- eviction

  @Test
  void theLeastRecentlyMigratedBlockLeavesWhateverWasUsed() {
    AddressRange range = filled(9);
    for (int i = 0; i < BLOCKS; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
    }
    read(block(range, 0));
    driver.prefetch(block(range, 8), GPU, STREAM);
    assertThat(resident(block(range, 0))).as("a hit does not keep it").isFalse();
    assertThat(resident(block(range, 1))).isTrue();
  }

  @Test
  void prefetchingAResidentBlockKeepsIt() {
    AddressRange range = filled(9);
    for (int i = 0; i < BLOCKS; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
    }
    driver.prefetch(block(range, 0), GPU, STREAM);
    driver.prefetch(block(range, 8), GPU, STREAM);
    assertThat(resident(block(range, 0))).isTrue();
    assertThat(resident(block(range, 1))).isFalse();
  }

  @Test
  void thePreferredLocationProtectsNothing() {
    AddressRange range = filled(9);
    driver.advise(block(range, 0), Advice.SET_PREFERRED_LOCATION, GPU);
    for (int i = 0; i < 9; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
    }
    assertThat(resident(block(range, 0))).isFalse();
  }

  @Test
  void evictionCopiesWhatWasOnlyRead() {
    AddressRange range = filled(9);
    read(range);
    assertThat(driver.counters().evictionBytesOut()).isEqualTo(BLOCK);
    assertThat(driver.counters().residentBytes()).isLessThanOrEqualTo(BLOCKS * BLOCK);
  }

  @Test
  void readMostlyCopiesAreEvictedWithoutTraffic() {
    AddressRange range = readMostly(9);
    for (int i = 0; i < 9; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
    }
    SimulationCounters counters = driver.counters();
    assertThat(counters.evictions()).isEqualTo(1);
    assertThat(counters.evictionBytesOut()).isZero();
    assertThat(counters.droppedBytes()).isEqualTo(BLOCK);
    // Still read-mostly: the next fault copies, and the host keeps its copy.
    read(block(range, 0));
    driver.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
    assertThat(driver.counters().faultBytesIn()).isEqualTo(BLOCK);
    assertThat(driver.residentBytes(range)).isZero();
    assertThat(driver.counters().bytesOut()).isZero();
  }

  @Test
  void discardedBlocksAreEvictedFirstAndWithoutTraffic() {
    AddressRange range = filled(9);
    for (int i = 0; i < BLOCKS; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
    }
    driver.discard(List.of(block(range, 5)), driver.createStream());
    driver.prefetch(block(range, 8), GPU, STREAM);
    assertThat(resident(block(range, 5))).isFalse();
    assertThat(resident(block(range, 0))).isTrue();
    assertThat(driver.counters().evictionBytesOut()).isZero();
    assertThat(driver.counters().bytesOut()).isZero();
  }

  @Test
  void aDiscardIsUndoneByAWrite() {
    AddressRange range = filled(9);
    for (int i = 0; i < BLOCKS; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
    }
    driver.discard(List.of(block(range, 5)), driver.createStream());
    driver.fill(block(range, 5), (byte) 1, STREAM);
    driver.prefetch(block(range, 8), GPU, STREAM);
    assertThat(resident(block(range, 5))).isTrue();
  }

  @Test
  void whatLeftForTheHostIsTheFirstVictim() {
    AddressRange range = filled(9);
    for (int i = 0; i < BLOCKS; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
    }
    driver.prefetch(block(range, 6), Location.HOST, STREAM);
    long evictions = driver.counters().evictions();
    driver.prefetch(block(range, 8), GPU, STREAM);
    assertThat(driver.counters().evictions()).isEqualTo(evictions);
    assertThat(resident(range.slice(0, 6 * BLOCK))).isTrue();
  }

  @Test
  void victimsAreUnusedThenDiscardedThenTheOldest() {
    AddressRange range = filled(11);
    driver.prefetch(range.slice(0, BLOCKS * BLOCK), GPU, STREAM);
    driver.discard(List.of(block(range, 5)), driver.createStream());
    driver.prefetch(block(range, 6), Location.HOST, STREAM);
    List<Integer> left = new ArrayList<>();
    for (int i = BLOCKS; i < 11; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
      for (int old = 0; old < BLOCKS; old++) {
        if (!resident(block(range, old)) && !left.contains(old)) {
          left.add(old);
        }
      }
    }
    assertThat(left).containsExactly(6, 5, 0);
  }

  @Test
  void hostPagesAreKeptWhenDataMovesToTheDevice() {
    AddressRange range = filled(4);
    driver.prefetch(range, GPU, STREAM);
    assertThat(driver.counters().hostPageBytes()).isEqualTo(range.bytes());
    driver.free(range);
    assertThat(driver.counters().hostPageBytes()).isZero();
  }

  @Test
  void aRangeLargerThanTheDeviceEvictsItselfInBothPasses() {
    AddressRange range = filled(12);
    driver.prefetch(range, GPU, STREAM);
    // The second pass finds the first blocks gone, brings them back, and so pushes out the rest.
    assertThat(driver.counters().prefetchBytesIn()).isEqualTo(2 * range.bytes());
    assertThat(driver.counters().evictionBytesOut()).isEqualTo((12 + 4) * BLOCK);
    assertThat(driver.residentBytes(range)).isEqualTo(BLOCKS * BLOCK);
    assertThat(resident(range.slice(4 * BLOCK, 8 * BLOCK))).isTrue();
  }

  @Test
  void aMoveOfOneBlockMakesOnePass() {
    AddressRange range = filled(12);
    for (int i = 0; i < 12; i++) {
      driver.prefetch(block(range, i), GPU, STREAM);
    }
    assertThat(driver.counters().prefetchBytesIn()).isEqualTo(range.bytes());
    assertThat(driver.counters().evictionBytesOut()).isEqualTo(4 * BLOCK);
  }

  @Test
  void aRangeThatFitsIsCopiedOnceAndTouchedInAddressOrder() {
    AddressRange range = filled(10);
    driver.prefetch(block(range, 3), GPU, STREAM);
    driver.prefetch(range.slice(0, BLOCKS * BLOCK), GPU, STREAM);
    assertThat(driver.counters().prefetchBytesIn()).isEqualTo(BLOCKS * BLOCK);
    driver.prefetch(block(range, 8), GPU, STREAM);
    driver.prefetch(block(range, 9), GPU, STREAM);
    assertThat(resident(block(range, 0)) || resident(block(range, 1))).isFalse();
    assertThat(resident(block(range, 3))).isTrue();
  }

  @Test
  void plainMemoryIsNotEvictedAndManagedMemoryMakesRoomForIt() {
    AddressRange range = filled(8);
    driver.prefetch(range, GPU, STREAM);
    AddressRange plain = driver.allocateDevice(6 * BLOCK);
    assertThat(driver.residentBytes(range)).isEqualTo(2 * BLOCK);
    driver.prefetch(range, GPU, STREAM);
    assertThat(driver.residentBytes(range)).isEqualTo(2 * BLOCK);
    assertThatThrownBy(() -> driver.allocateDevice(3 * BLOCK))
        .isInstanceOf(OutOfDeviceMemoryException.class);
    driver.free(plain);
    driver.prefetch(range, GPU, STREAM);
    assertThat(resident(range)).isTrue();
  }

  @Test
  void freeMemoryDoesNotRiseWhenManagedPagesLeave() {
    AddressRange range = filled(4);
    long before = driver.memoryInfo().freeBytes();
    driver.prefetch(range, GPU, STREAM);
    assertThat(driver.memoryInfo().freeBytes()).isEqualTo(before - 4 * BLOCK);
    driver.prefetch(range, Location.HOST, STREAM);
    assertThat(driver.residentBytes(range)).isZero();
    assertThat(driver.memoryInfo().freeBytes()).isEqualTo(before - 4 * BLOCK);
    driver.free(range);
    assertThat(driver.memoryInfo().freeBytes()).isEqualTo(before);
  }

  // ---- read-mostly

  @Test
  void prefetchingReadMostlyToTheHostDropsNothing() {
    AddressRange range = readMostly(4);
    driver.prefetch(range, GPU, STREAM);
    driver.prefetch(range, Location.HOST, STREAM);
    assertThat(resident(range)).isTrue();
    assertThat(driver.counters().bytesOut()).isZero();
  }

  @Test
  void unsetWithTheHostPreferredDropsTheCopyForFree() {
    AddressRange range = readMostly(4);
    driver.prefetch(range, GPU, STREAM);
    driver.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
    assertThat(driver.residentBytes(range)).isZero();
    assertThat(driver.counters().bytesOut()).isZero();
    assertThat(driver.counters().droppedBytes()).isEqualTo(range.bytes());
  }

  @Test
  void unsetWithoutAPreferredLocationLeavesTheCopy() {
    AddressRange range = filled(4);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    driver.prefetch(range, GPU, STREAM);
    driver.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    assertThat(resident(range)).isTrue();
    assertThat(driver.counters().droppedBytes()).isZero();
  }

  @Test
  void unsetWithTheDevicePreferredLeavesTheCopy() {
    AddressRange range = filled(4);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, GPU);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    driver.prefetch(range, GPU, STREAM);
    driver.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
    assertThat(resident(range)).isTrue();
  }

  @Test
  void aKernelsWriteCollapsesTheCopies() {
    AddressRange range = readMostly(1);
    driver.prefetch(range, GPU, STREAM);
    driver.launch(SimulatedKernel.of("write", Access.write(range)), STREAM);
    driver.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
    assertThat(resident(range)).as("the only copy").isTrue();
  }

  @Test
  void theHostsWriteCollapsesTheCopies() {
    AddressRange range = readMostly(1);
    driver.prefetch(range, GPU, STREAM);
    driver.hostTouch(range, TouchKind.WRITE);
    assertThat(driver.residentBytes(range)).isZero();
  }

  // ---- contents

  @Test
  void metadataOnlyHasNoHostView() {
    AddressRange range = driver.allocateManaged(BLOCK);
    assertThatThrownBy(() -> driver.hostView(range))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("metadata only");
  }

  @Test
  void discardedContentsAreGone() {
    try (SimulatedDriver backed = SimulatedDriver.builder(GpuModel.h200()).backed(true).open()) {
      AddressRange range = backed.allocateManaged(2 * BLOCK);
      backed.fill(range, (byte) 7, STREAM);
      backed.discard(List.of(block(range, 1)), backed.createStream());
      assertThat(backed.contents(range).get(ValueLayout.JAVA_BYTE, 0)).isEqualTo((byte) 7);
      assertThat(backed.contents(range).get(ValueLayout.JAVA_BYTE, BLOCK)).isNotEqualTo((byte) 7);
      backed.free(range);
    }
  }
}
