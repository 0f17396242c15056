package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.SimulationEvent.Fault;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How GPU faults are batched, served and prefetched around, on a device of eight blocks. */
class FaultTest {

  private static final long BLOCK = Blocks.BYTES;
  private static final Location GPU = Location.device(0);
  private static final StreamHandle STREAM = StreamHandle.DEFAULT;

  private final List<Fault> faults = new ArrayList<>();
  private final SimulatedDriver driver =
      SimulatedDriver.builder(GpuModel.h200())
          .deviceBytes(8 * BLOCK)
          .observer(
              event -> {
                if (event instanceof Fault fault) {
                  faults.add(fault);
                }
              })
          .open();

  private AddressRange filled(int blocks) {
    AddressRange range = driver.allocateManaged(blocks * BLOCK);
    driver.hostTouch(range, TouchKind.WRITE);
    faults.clear();
    return range;
  }

  private AddressRange readMostly(int blocks) {
    AddressRange range = filled(blocks);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    return range;
  }

  private void read(AddressRange range) {
    driver.launch(SimulatedKernel.of("read", Access.read(range)), STREAM);
  }

  private boolean resident(AddressRange range) {
    return driver.residentBytes(range) == range.bytes();
  }

  @Test
  void batchesHoldTwoHundredAndFiftySixEntriesWithDuplicates() {
    // Without the prefetcher, which does not act against the preferred location, every one of the
    // 1024 pages of two blocks faults, 204 or 205 to a batch of 256 at 1.25 entries each.
    AddressRange range = readMostly(2);
    read(range);
    assertThat(driver.counters().faults()).isBetween(1280L, 1290L);
    assertThat(driver.counters().faultBatches()).isEqualTo(6);
    assertThat(driver.counters().faultBytesIn()).isEqualTo(2 * BLOCK);
  }

  @Test
  void theTreePrefetcherSavesFaults() {
    AddressRange range = filled(2);
    read(range);
    assertThat(driver.counters().faultBatches()).isEqualTo(1);
    assertThat(driver.counters().faults()).isLessThanOrEqualTo(256);
    assertThat(resident(range)).isTrue();
  }

  @Test
  void preferringTheHostMeansReadingInPlace() {
    AddressRange range = filled(2);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    read(range);
    assertThat(driver.residentBytes(range)).isZero();
    assertThat(driver.counters().zeroCopyBytes()).isEqualTo(range.bytes());
    assertThat(driver.counters().bytesIn()).isZero();
  }

  @Test
  void aKernelWaitsForAPrefetchOnItsWayInsteadOfFaulting() {
    AddressRange range = filled(4);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    StreamHandle other = driver.createStream();
    driver.prefetch(range, GPU, other);
    long start = driver.clock().nanoTime();
    read(range);
    driver.synchronize(STREAM);
    driver.synchronize(other);
    assertThat(driver.counters().faults()).isZero();
    assertThat(driver.clock().nanoTime()).isGreaterThan(start);
  }

  @Test
  void whatABatchDoesNotHoldIsFlushedAndFaultsAgain() {
    AddressRange range = readMostly(2);
    read(range);
    // Six batches of two blocks each; whatever the first could not hold, later ones do, once.
    assertThat(faults).hasSize(12);
    assertThat(faults.stream().mapToInt(Fault::pages).sum()).isEqualTo(2 * PageSet.PAGES);
    for (int i = 0; i < faults.size(); i += 2) {
      Fault one = faults.get(i);
      Fault other = faults.get(i + 1);
      assertThat(one.startNanos()).isEqualTo(other.startNanos());
      assertThat(one.entries() + other.entries()).isLessThanOrEqualTo(256);
      assertThat(one.entries()).as("duplicates").isGreaterThan(one.pages());
      assertThat(i == 0 || one.startNanos() >= faults.get(i - 1).endNanos()).isTrue();
    }
  }

  @Test
  void aSequentialStreamCompletesABlockInSixRounds() {
    AddressRange range = filled(1);
    for (int page = 0; page < PageSet.PAGES; page++) {
      read(range.slice(page * PageSet.PAGE_BYTES, PageSet.PAGE_BYTES));
    }
    assertThat(faults)
        .extracting(fault -> (fault.address() - range.address()) / 1024)
        .containsExactly(0L, 64L, 128L, 256L, 512L, 1024L);
    assertThat(driver.counters().faultBatches()).isEqualTo(6);
    assertThat(resident(range)).isTrue();
  }

  @Test
  void aBlockThatIsNowhereComesWholeToItsPreferredLocation() {
    AddressRange range = driver.allocateManaged(2 * BLOCK);
    driver.advise(range.slice(0, BLOCK), Advice.SET_PREFERRED_LOCATION, GPU);
    read(range.slice(0, PageSet.PAGE_BYTES));
    read(range.slice(BLOCK, PageSet.PAGE_BYTES));
    assertThat(driver.residentBytes(range.slice(0, BLOCK))).isEqualTo(BLOCK);
    assertThat(driver.residentBytes(range.slice(BLOCK, BLOCK))).isEqualTo(64 << 10);
  }

  @Test
  void nothingIsPrefetchedAwayFromThePreferredLocation() {
    AddressRange range = readMostly(1);
    read(range.slice(0, PageSet.PAGE_BYTES));
    assertThat(driver.residentBytes(range)).isEqualTo(PageSet.PAGE_BYTES);
  }

  @Test
  void faultsEvictTheLeastRecentlyMigrated() {
    AddressRange range = filled(9);
    for (int i = 0; i < 8; i++) {
      read(range.slice(i * BLOCK, BLOCK));
    }
    read(range.slice(0, BLOCK));
    read(range.slice(8 * BLOCK, BLOCK));
    assertThat(driver.residentBytes(range.slice(0, BLOCK))).isZero();
    assertThat(driver.counters().evictions()).isEqualTo(1);
  }
}
