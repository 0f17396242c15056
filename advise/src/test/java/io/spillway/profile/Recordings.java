package io.spillway.profile;

import io.spillway.access.AccessKind;
import io.spillway.allocate.MemoryKind;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Makes recordings of programs that allocate, launch, fault and free at random, laps included. */
final class Recordings {

  private static final long BASE = 1L << 40;
  private static final long SPACING = 64L << 20;
  private static final String[] LABELS = {
    "layer", "saxpy@Main.run:3", "cuMemcpyHtoD@Main.run:9", "gather@Main.run:12"
  };

  private record Live(long address, long bytes) {}

  private final Random random;
  private final List<Told> events = new ArrayList<>();
  private final List<Live> live = new ArrayList<>();
  private Live freed = new Live(BASE, 1);
  private final boolean[] taken = new boolean[8];
  private long time;
  private long device;
  private long sequence = -1;
  private long ordinal;

  private Recordings(Random random) {
    this.random = random;
  }

  /** A recording of about so many events, in order. */
  static List<Told> random(Random random, int about) {
    Recordings made = new Recordings(random);
    while (made.events.size() < about) {
      made.step();
    }
    return made.events;
  }

  private void step() {
    switch (random.nextInt(12)) {
      case 0, 1 -> allocate();
      case 2 -> free();
      case 3 -> laps();
      default -> launch(random.nextLong());
    }
  }

  private long tick() {
    time += 1 + random.nextInt(1000);
    return time;
  }

  private void allocate() {
    int slot = random.nextInt(taken.length);
    if (taken[slot]) {
      return;
    }
    taken[slot] = true;
    boolean managed = random.nextBoolean();
    long blocks = 1 + random.nextInt(4);
    long bytes = managed ? blocks * Blocks.BYTES : blocks * 700_000;
    String label = random.nextInt(3) == 0 ? "label" + random.nextInt(2) : "";
    String site = label.isEmpty() ? "Main.run:%d#%d, x".formatted(blocks, ordinal) : label;
    MemoryKind kind = managed ? MemoryKind.MANAGED : MemoryKind.DEVICE;
    long address = BASE + slot * SPACING;
    Told told = new Told.Allocated(tick(), address, bytes, kind, site, label, ordinal++);
    events.add(told);
    live.add(new Live(address, bytes));
    if (random.nextInt(4) == 0) {
      events.add(
          new Told.Allocated(tick(), address, bytes, kind, site, label, ordinal - 1)); // again
    }
  }

  private void free() {
    if (!live.isEmpty()) {
      Live gone = live.remove(random.nextInt(live.size()));
      freed = gone;
      taken[(int) ((gone.address() - BASE) / SPACING)] = false;
      events.add(new Told.Freed(tick(), gone.address()));
    }
  }

  private void laps() {
    long seed = random.nextLong();
    int period = 1 + random.nextInt(6);
    int laps = 2 + random.nextInt(4);
    for (int lap = 0; lap < laps; lap++) {
      for (int step = 0; step < period; step++) {
        launch(seed + step);
      }
    }
  }

  /** A launch that is the same for the same seed, while the same is live. */
  private void launch(long seed) {
    Random same = new Random(seed);
    sequence++;
    String label = LABELS[same.nextInt(LABELS.length)];
    int accesses = 1 + same.nextInt(3);
    long address = BASE + 5;
    long bytes = 1000;
    for (int i = 0; i < accesses; i++) {
      boolean again = i > 0 && same.nextInt(3) == 0; // the same range, perhaps in another way
      if (!live.isEmpty() && !again) {
        Live touched = live.get(same.nextInt(live.size()));
        long offset = same.nextInt(3) == 0 ? same.nextLong(touched.bytes()) : 0;
        address = touched.address() + offset;
        bytes = 1 + same.nextLong(touched.bytes() - offset + 100);
      }
      AccessKind kind = AccessKind.values()[same.nextInt(4)];
      events.add(new Told.Accessed(tick(), sequence, label, address, bytes, kind));
    }
    if (label.contains("@") && !label.startsWith("cuMem")) {
      events.add(new Told.Launched(tick(), sequence, label, label.substring(0, 5)));
    }
    device += 1 + random.nextInt(5000);
    for (int i = random.nextInt(4); i > 0; i--) {
      deviceEvent();
    }
    if (random.nextInt(3) > 0) {
      long start = device;
      device += random.nextInt(100_000);
      events.add(new Told.Ran(tick(), someSequence(), "kernel", start, device));
    }
  }

  private long someSequence() {
    return random.nextInt(8) == 0 ? -1 : Math.max(0, sequence - random.nextInt(3));
  }

  /** A batch as a tool tells of it: one address, and transfers from here and there meanwhile. */
  private void batch(long address) {
    long launch = someSequence();
    long start = device;
    int transfers = random.nextInt(4);
    long end = start + random.nextInt(1000) * (1L + transfers); // may end sooner than they do
    FaultAccess access = FaultAccess.values()[random.nextInt(5)];
    events.add(new Told.Faulted(tick(), Processor.GPU, access, address, 1, 0, start, end, launch));
    for (int i = 0; i < transfers; i++) {
      device += random.nextInt(1000);
      long part = Math.max(BASE, address + (random.nextInt(64) - 32) * AllocationRow.PART_BYTES);
      moved(TransferCause.COHERENCE, part, 4096, launch);
      moved(TransferCause.PREFETCH, part + 4096, AllocationRow.PART_BYTES - 4096, launch);
    }
  }

  private void moved(TransferCause cause, long address, long bytes, long launch) {
    long end = device + random.nextInt(10);
    events.add(
        new Told.Moved(tick(), Direction.TO_DEVICE, cause, address, bytes, device, end, launch));
    device = end;
  }

  private void deviceEvent() {
    long address = BASE + random.nextInt(taken.length) * SPACING + random.nextInt(10_000_000);
    if (!live.isEmpty() && random.nextInt(10) > 0) {
      Live touched = live.get(random.nextInt(live.size()));
      address = touched.address() + random.nextLong(touched.bytes());
    }
    if (random.nextInt(8) == 0) {
      address = freed.address() + random.nextLong(freed.bytes()); // late, or of who took its place
    }
    long start = device;
    device += random.nextInt(2000);
    switch (random.nextInt(6)) {
      case 5 -> batch(address);
      case 0, 1 ->
          events.add(
              new Told.Faulted(
                  tick(),
                  Processor.values()[random.nextInt(2)],
                  FaultAccess.values()[random.nextInt(5)],
                  address,
                  1 + random.nextInt(20),
                  random.nextBoolean() ? 0 : random.nextInt(),
                  start,
                  device,
                  someSequence()));
      case 2, 3 ->
          events.add(
              new Told.Moved(
                  tick(),
                  Direction.values()[random.nextInt(2)],
                  TransferCause.values()[random.nextInt(6)],
                  address,
                  1 + random.nextInt(3 << 20),
                  start,
                  device,
                  someSequence()));
      default ->
          events.add(
              new Told.Contended(
                  tick(),
                  ContentionKind.values()[random.nextInt(3)],
                  address,
                  random.nextInt(5 << 20),
                  someSequence()));
    }
  }
}
