package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.StreamHandle;
import io.spillway.range.Blocks;
import java.lang.foreign.MemorySegment;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random operations on a device of six blocks, beside the simplest model there is. */
class SimulationProperties {

  private static final long BLOCK = Blocks.BYTES;
  private static final int DEVICE_BLOCKS = 6;

  private static SimulatedDriver open(boolean backed) {
    return SimulatedDriver.builder(GpuModel.h200())
        .deviceBytes(DEVICE_BLOCKS * BLOCK)
        .backed(backed)
        .open();
  }

  @Property(tries = 60)
  void everyTouchedPageIsSomewhereAndTheDeviceHoldsNoMoreThanItHas(@ForAll long seed) {
    RandomWalk walk = new RandomWalk(open(false), seed);
    for (int i = 0; i < 60; i++) {
      walk.step();
      if (i % 10 == 9) {
        checkResidency(walk);
      }
    }
  }

  @Property(tries = 30)
  void theSameCallsGiveTheSameTimesAndCounts(@ForAll long seed) {
    RandomWalk one = new RandomWalk(open(false), seed);
    RandomWalk other = new RandomWalk(open(false), seed);
    for (int i = 0; i < 80; i++) {
      one.step();
      other.step();
    }
    assertThat(one.driver.clock().nanoTime()).isEqualTo(other.driver.clock().nanoTime());
    assertThat(one.driver.counters()).isEqualTo(other.driver.counters());
  }

  @Property(tries = 15)
  void timeNeverGoesBack(@ForAll long seed) {
    RandomWalk walk = new RandomWalk(open(false), seed);
    long main = 0;
    long mover = 0;
    for (int i = 0; i < 100; i++) {
      walk.step();
      assertThat(walk.driver.clock().nanoTime()).isGreaterThanOrEqualTo(main);
      assertThat(walk.driver.hostThread("mover").nanoTime()).isGreaterThanOrEqualTo(mover);
      main = walk.driver.clock().nanoTime();
      mover = walk.driver.hostThread("mover").nanoTime();
    }
  }

  @Property(tries = 15)
  void hintsNeverChangeContents(@ForAll long seed) {
    RandomWalk walk = new RandomWalk(open(true), seed);
    for (int i = 0; i < 40; i++) {
      walk.step();
    }
    for (RandomWalk.Subject subject : walk.subjects) {
      MemorySegment contents = walk.driver.contents(subject.range());
      assertThat(contents.mismatch(subject.bytes())).as("first byte that differs").isEqualTo(-1);
      walk.driver.free(subject.range());
    }
  }

  private static void checkResidency(RandomWalk walk) {
    SimulatedDriver driver = walk.driver;
    long resident = 0;
    long hostPages = 0;
    int chunks = 0;
    for (RandomWalk.Subject subject : walk.subjects) {
      SimulatedAllocation allocation = driver.allocation(subject.range());
      for (int i = 0; i < allocation.blocks.length; i++) {
        BlockState block = allocation.blocks[i];
        resident += block.onDevice.bytes();
        hostPages += block.hostPages.bytes();
        chunks += block.ownsChunk() ? 1 : 0;
        assertThat(block.valid.containsAll(block.onDevice.or(block.onHost))).isTrue();
        assertThat(block.hostPages.containsAll(block.onHost)).isTrue();
        assertThat(block.onDevice.isEmpty() || block.ownsChunk()).isTrue();
        assertThat(block.readMostly || block.duplicated().isEmpty()).isTrue();
        for (int page = 0; page < block.valid.count(); page++) {
          boolean somewhere = block.onDevice.contains(page) || block.onHost.contains(page);
          assertThat(somewhere || !subject.touched().get(i * PageSet.PAGES + page))
              .as("page %d of block %d was touched and is nowhere", page, i)
              .isTrue();
        }
      }
    }
    assertThat(chunks).isLessThanOrEqualTo(DEVICE_BLOCKS);
    SimulationCounters counters = driver.counters();
    assertThat(counters.residentBytes()).isEqualTo(resident);
    assertThat(counters.hostPageBytes()).isEqualTo(hostPages);
    // No direction carried more than its fastest rate allows.
    GpuModel model = driver.model();
    assertThat(counters.busyNanosIn() + 1e4)
        .isGreaterThanOrEqualTo(counters.bytesIn() / model.pinnedInGBps());
    assertThat(counters.busyNanosOut() + 1e4)
        .isGreaterThanOrEqualTo(counters.bytesOut() / model.pinnedOutGBps());
    long latest = Math.max(driver.clock().nanoTime(), driver.hostThread("mover").nanoTime());
    for (StreamHandle stream : walk.streams) {
      driver.synchronize(stream);
      latest = Math.max(latest, driver.clock().nanoTime());
    }
    assertThat(latest).isPositive();
  }
}
