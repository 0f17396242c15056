package io.spillway.driver.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random operations on a device of six blocks, beside the simplest model there is. */
class SimulationProperties {

  private static final long BLOCK = Blocks.BYTES;
  private static final int DEVICE_BLOCKS = 6;
  private static final Location GPU = Location.device(0);

  private static SimulatedDriver open(boolean backed) {
    return SimulatedDriver.builder(GpuModel.h200())
        .deviceBytes(DEVICE_BLOCKS * BLOCK)
        .backed(backed)
        .open();
  }

  /** A range and what must be true of it: its bytes, and which pages someone touched. */
  private record Subject(AddressRange range, MemorySegment bytes, BitSet touched) {
    void touch(AddressRange part) {
      long from = part.address() - range.address();
      touched.set(
          (int) (from / PageSet.PAGE_BYTES),
          (int) ((from + part.bytes() + PageSet.PAGE_BYTES - 1) / PageSet.PAGE_BYTES));
    }
  }

  /** One walk of random operations. */
  private static final class Walk {
    final SimulatedDriver driver;
    final Random random;
    final List<StreamHandle> streams = new ArrayList<>();
    final List<Subject> subjects = new ArrayList<>();

    Walk(SimulatedDriver driver, long seed) {
      this.driver = driver;
      random = new Random(seed);
      streams.add(driver.createStream());
      streams.add(driver.createStream());
      for (long bytes : new long[] {4 * BLOCK, 3 * BLOCK + 5000, BLOCK / 2}) {
        subjects.add(
            new Subject(
                driver.allocateManaged(bytes),
                MemorySegment.ofArray(new byte[driver.backed() ? (int) bytes : 0]),
                new BitSet()));
      }
    }

    void step() {
      Subject subject = subjects.get(random.nextInt(subjects.size()));
      AddressRange part = part(subject.range());
      StreamHandle stream = streams.get(random.nextInt(2));
      Location target = random.nextBoolean() ? GPU : Location.HOST;
      switch (random.nextInt(8)) {
        case 0 -> {
          Advice[] all = Advice.values();
          driver.advise(part, all[random.nextInt(all.length)], target);
        }
        case 1, 2 ->
            driver.hostThread("mover").execute(() -> prefetch(subject, part, target, stream));
        case 3 -> {
          kernel(subject, part, AccessKind.READ, stream);
        }
        case 4 -> {
          kernel(subject, part, AccessKind.READ_WRITE, stream);
          write(subject, part);
        }
        case 5 -> {
          driver.hostTouch(part, AccessKind.WRITE);
          subject.touch(part);
          write(subject, part);
        }
        case 6 -> {
          driver.hostTouch(part, AccessKind.READ);
          subject.touch(part);
        }
        default -> driver.synchronize(stream);
      }
    }

    private void prefetch(
        Subject subject, AddressRange part, Location target, StreamHandle stream) {
      driver.prefetch(part, target, stream);
      if (target.equals(Location.HOST)) {
        subject.touch(part);
      }
    }

    private void kernel(Subject subject, AddressRange part, AccessKind kind, StreamHandle stream) {
      Access access = new Access(part, kind, 1 + random.nextInt(3), 1);
      driver.launch(SimulatedKernel.of("walk", access), stream);
      subject.touch(part);
    }

    private void write(Subject subject, AddressRange part) {
      if (driver.backed()) {
        byte value = (byte) random.nextInt();
        long from = part.address() - subject.range().address();
        subject.bytes().asSlice(from, part.bytes()).fill(value);
        driver.contents(part).fill(value);
      }
    }

    private AddressRange part(AddressRange range) {
      long offset = random.nextLong(range.bytes());
      return range.slice(offset, 1 + random.nextLong(range.bytes() - offset));
    }

    void checkResidency() {
      long resident = 0;
      long hostPages = 0;
      int chunks = 0;
      for (Subject subject : subjects) {
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
      for (StreamHandle stream : streams) {
        driver.synchronize(stream);
        latest = Math.max(latest, driver.clock().nanoTime());
      }
      assertThat(latest).isPositive();
    }
  }

  @Property(tries = 60)
  void everyTouchedPageIsSomewhereAndTheDeviceHoldsNoMoreThanItHas(@ForAll long seed) {
    Walk walk = new Walk(open(false), seed);
    for (int i = 0; i < 60; i++) {
      walk.step();
      if (i % 10 == 9) {
        walk.checkResidency();
      }
    }
  }

  @Property(tries = 30)
  void theSameCallsGiveTheSameTimesAndCounts(@ForAll long seed) {
    Walk one = new Walk(open(false), seed);
    Walk other = new Walk(open(false), seed);
    for (int i = 0; i < 80; i++) {
      one.step();
      other.step();
    }
    assertThat(one.driver.clock().nanoTime()).isEqualTo(other.driver.clock().nanoTime());
    assertThat(one.driver.counters()).isEqualTo(other.driver.counters());
  }

  @Property(tries = 15)
  void timeNeverGoesBack(@ForAll long seed) {
    Walk walk = new Walk(open(false), seed);
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
    Walk walk = new Walk(open(true), seed);
    for (int i = 0; i < 40; i++) {
      walk.step();
    }
    for (Subject subject : walk.subjects) {
      MemorySegment contents = walk.driver.contents(subject.range());
      assertThat(contents.mismatch(subject.bytes())).as("first byte that differs").isEqualTo(-1);
      walk.driver.free(subject.range());
    }
  }
}
