package io.spillway.driver.sim;

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

/** Random operations on a few blocks, the same for the same seed, and what they touched. */
final class RandomWalk {

  private static final long BLOCK = Blocks.BYTES;
  private static final Location GPU = Location.device(0);

  /** A range and what must be true of it: its bytes, and which pages someone touched. */
  record Subject(AddressRange range, MemorySegment bytes, BitSet touched) {
    void touch(AddressRange part) {
      long from = part.address() - range.address();
      touched.set(
          (int) (from / PageSet.PAGE_BYTES),
          (int) ((from + part.bytes() + PageSet.PAGE_BYTES - 1) / PageSet.PAGE_BYTES));
    }
  }

  final SimulatedDriver driver;
  final Random random;
  final List<StreamHandle> streams = new ArrayList<>();
  final List<Subject> subjects = new ArrayList<>();

  RandomWalk(SimulatedDriver driver, long seed) {
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
        kernel(subject, part, TouchKind.READ, stream);
      }
      case 4 -> {
        kernel(subject, part, TouchKind.READ_WRITE, stream);
        write(subject, part);
      }
      case 5 -> {
        driver.hostTouch(part, TouchKind.WRITE);
        subject.touch(part);
        write(subject, part);
      }
      case 6 -> {
        driver.hostTouch(part, TouchKind.READ);
        subject.touch(part);
      }
      default -> driver.synchronize(stream);
    }
  }

  private void prefetch(Subject subject, AddressRange part, Location target, StreamHandle stream) {
    driver.prefetch(part, target, stream);
    if (target.equals(Location.HOST)) {
      subject.touch(part);
    }
  }

  private void kernel(Subject subject, AddressRange part, TouchKind kind, StreamHandle stream) {
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
}
