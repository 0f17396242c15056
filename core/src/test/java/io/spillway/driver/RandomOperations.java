package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * A seeded random walk over a driver beside the simplest model there is: a byte array for each
 * allocation.
 *
 * <p>Hints go where they may; contents must come out as the model's. Adding and removing swing
 * between full and empty, so both ends are visited. All work is in one stream, so its order is the
 * model's.
 */
final class RandomOperations {

  private static final int MOST_ALLOCATIONS = 8;
  private static final int MOST_BYTES = 5 << 20;

  private record Subject(AddressRange range, byte[] model, boolean managed, boolean hostSees) {}

  private final UnifiedMemoryDriver driver;
  private final Capabilities has;
  private final Location device;
  private final Random random;
  private final List<Subject> live = new ArrayList<>();
  private final String seedText;
  private boolean growing = true;

  RandomOperations(UnifiedMemoryDriver driver, long seed) {
    this.driver = driver;
    this.has = driver.capabilities();
    this.device = driver.device().location();
    this.random = new Random(seed);
    this.seedText = "seed " + seed;
  }

  /** Makes {@code steps} operations, then compares and frees everything. */
  void run(int steps) {
    StreamHandle stream = driver.createStream();
    for (int step = 0; step < steps; step++) {
      if (live.isEmpty()) {
        growing = true;
      } else if (live.size() == MOST_ALLOCATIONS) {
        growing = false;
      }
      if (live.isEmpty() || (random.nextInt(8) == 0 && growing)) {
        allocate(stream);
      } else if (random.nextInt(8) == 0) {
        Subject gone = live.remove(random.nextInt(live.size()));
        driver.synchronize(stream);
        compare(gone, stream, "step " + step);
        driver.free(gone.range());
      } else {
        operate(stream, step);
      }
    }
    driver.synchronize(stream);
    for (Subject subject : live) {
      compare(subject, stream, "the end");
      driver.free(subject.range());
    }
    live.clear();
    driver.destroyStream(stream);
  }

  private void allocate(StreamHandle stream) {
    int bytes = 1 + random.nextInt(MOST_BYTES);
    int kind = random.nextInt(4);
    Subject subject;
    if (kind >= 2 && has.has(Capability.MANAGED_MEMORY)) {
      subject = new Subject(driver.allocateManaged(bytes), new byte[bytes], true, true);
    } else if (kind == 1) {
      subject = new Subject(driver.allocatePinned(bytes), new byte[bytes], false, true);
    } else {
      subject = new Subject(driver.allocateDevice(bytes), new byte[bytes], false, false);
    }
    driver.fill(subject.range(), (byte) 0, stream);
    live.add(subject);
  }

  private void operate(StreamHandle stream, int step) {
    Subject subject = live.get(random.nextInt(live.size()));
    AddressRange part = part(subject);
    int offset = (int) (part.address() - subject.range().address());
    int length = (int) part.bytes();
    switch (random.nextInt(9)) {
      case 0, 1 -> {
        byte value = (byte) random.nextInt();
        driver.fill(part, value, stream);
        Arrays.fill(subject.model(), offset, offset + length, value);
      }
      case 2, 3 -> copy(subject, part, offset, stream);
      case 4 -> hostWrite(subject, offset, length, stream);
      case 5 -> {
        driver.synchronize(stream);
        compare(subject, stream, "step " + step);
      }
      case 6 -> advise(subject, part);
      default -> move(subject, part, stream);
    }
  }

  private AddressRange part(Subject subject) {
    int offset = random.nextInt(subject.model().length);
    int length = 1 + random.nextInt(subject.model().length - offset);
    return subject.range().slice(offset, length);
  }

  private void copy(Subject target, AddressRange part, int offset, StreamHandle stream) {
    Subject source = live.get(random.nextInt(live.size()));
    if (source == target) {
      return; // Overlapping copies are undefined.
    }
    int length = (int) Math.min(part.bytes(), source.model().length);
    int from = random.nextInt(source.model().length - length + 1);
    driver.copy(new AddressRange(part.address(), length), source.range().address() + from, stream);
    System.arraycopy(source.model(), from, target.model(), offset, length);
  }

  private void hostWrite(Subject subject, int offset, int length, StreamHandle stream) {
    if (!subject.hostSees()) {
      return;
    }
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    driver.synchronize(stream);
    driver.hostView(subject.range()).asSlice(offset, length).copyFrom(MemorySegment.ofArray(bytes));
    System.arraycopy(bytes, 0, subject.model(), offset, length);
  }

  private void advise(Subject subject, AddressRange part) {
    if (subject.managed() && has.has(Capability.ADVISE)) {
      Advice advice = Advice.values()[random.nextInt(Advice.values().length)];
      boolean toDevice = random.nextBoolean() && has.has(Capability.CONCURRENT_MANAGED_ACCESS);
      driver.advise(part, advice, toDevice ? device : Location.HOST);
    }
  }

  private void move(Subject subject, AddressRange part, StreamHandle stream) {
    if (!subject.managed()) {
      return;
    }
    if (random.nextBoolean() && has.has(Capability.PREFETCH)) {
      driver.prefetch(part, device, stream);
    } else if (random.nextBoolean() && has.has(Capability.PREFETCH_TO_HOST)) {
      driver.prefetch(part, Location.HOST, stream);
    } else if (has.has(Capability.PREFETCH_BATCH) && part.bytes() > 1) {
      long half = part.bytes() / 2;
      driver.prefetchBatch(
          List.of(part.slice(0, half), part.slice(half, part.bytes() - half)), device, stream);
    }
  }

  private void compare(Subject subject, StreamHandle stream, String when) {
    byte[] bytes;
    if (subject.hostSees() && random.nextBoolean()) {
      bytes = driver.hostView(subject.range()).toArray(ValueLayout.JAVA_BYTE);
    } else {
      AddressRange staging = driver.allocatePinned(subject.range().bytes());
      driver.copy(staging, subject.range().address(), stream);
      driver.synchronize(stream);
      bytes = driver.hostView(staging).toArray(ValueLayout.JAVA_BYTE);
      driver.free(staging);
    }
    assertThat(Arrays.mismatch(bytes, subject.model()))
        .as("first byte of %s unlike the model, %s, %s", subject.range(), seedText, when)
        .isEqualTo(-1);
  }
}
