package io.spillway.samples.doctor;

import io.spillway.Allocation;
import io.spillway.SessionContext;
import io.spillway.SessionListener;
import io.spillway.SessionPlugin;
import io.spillway.Spillway;
import io.spillway.SpillwayConfig;
import io.spillway.allocate.HostMemoryReservation;
import io.spillway.allocate.Placement;
import io.spillway.driver.NanoClock;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.hint.Hint;
import io.spillway.hint.Plan;
import io.spillway.hint.PlanApplier;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Machine;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What the link, page faults and the device's own memory do on a machine: the figures that decide
 * what is worth moving.
 *
 * <p>Each is the best of a few, after a first one that is not counted where that is slower.
 */
final class LinkMeasurements {

  /** Bytes per figure where there is room; enough for fixed costs not to count. */
  private static final long MOST_BYTES = 2 * ByteSize.GIB;

  /** Bytes per prefetch call. */
  private static final List<Long> PIECES =
      List.of(
          2 * ByteSize.MIB, 8 * ByteSize.MIB, 32 * ByteSize.MIB, 128 * ByteSize.MIB, MOST_BYTES);

  /** Bytes per prefetch call of memory that is accessed in place. */
  private static final long FETCHED_IN_PLACE = 128 * ByteSize.MIB;

  private static final int REPETITIONS = 3;

  private final Machine machine;
  private final UnifiedMemoryDriver driver;
  private final NanoClock clock;
  private final StreamHandle stream;
  private final long bytes;
  private final List<Measurement> found = new ArrayList<>();

  private LinkMeasurements(Machine machine, long bytes) {
    this.machine = machine;
    this.driver = machine.driver();
    this.clock = driver.clock();
    this.stream = driver.createStream();
    this.bytes = bytes;
  }

  /** Takes all figures; a minute at most. */
  static List<Measurement> take(Machine machine) {
    long hostBytes = machine.hostMemory().grantableBytes() / 4;
    long room = Math.min(machine.managedLimitBytes() / 2, hostBytes);
    long bytes = Blocks.floor(Math.min(MOST_BYTES, room));
    if (bytes == 0) {
      return List.of();
    }
    LinkMeasurements measurements = new LinkMeasurements(machine, bytes);
    try {
      measurements.copies();
      measurements.managed();
    } finally {
      measurements.driver.destroyStream(measurements.stream);
    }
    return measurements.found;
  }

  private void copies() {
    AddressRange device = driver.allocateDevice(bytes);
    AddressRange pinned = allocatePinned();
    try {
      add(
          "pinned.h2d",
          "copy, pinned host to device",
          best(() -> driver.copy(device, pinned.address(), stream)));
      add(
          "pinned.d2h",
          "copy, device to pinned host",
          best(() -> driver.copy(pinned, device.address(), stream)));
      add("device.read", "kernel reading device memory", best(() -> read(device)));
      add(
          "device.write",
          "kernel writing device memory",
          best(() -> machine.writeWords(device, 1, stream)));
      add(
          "zerocopy.pinned",
          "kernel reading pinned host memory in place",
          best(() -> read(pinned)));
    } finally {
      driver.free(pinned);
      driver.free(device);
    }
  }

  private AddressRange allocatePinned() {
    try (HostMemoryReservation _ = machine.hostMemory().reserve(bytes, "pinned buffer")) {
      return driver.allocatePinned(bytes);
    }
  }

  private void managed() {
    Hinting hinting = new Hinting();
    SpillwayConfig.Builder config =
        SpillwayConfig.builder()
            .driver(driver)
            .hostMemoryGuard(machine.hostMemory())
            .plugins(List.of(hinting));
    machine.background().ifPresent(config::background);
    try (Spillway session = Spillway.open(config.build())) {
      if (session.inactiveReason().isPresent()) {
        return;
      }
      try (Allocation moving = session.allocate(bytes, Placement.MANAGED, "moving")) {
        populate(moving);
        moves(hinting, moving.range());
        faults(hinting, moving.range());
      }
      try (Allocation copied = session.allocate(bytes, Placement.MANAGED, "read-mostly")) {
        populate(copied);
        copied.readMostly();
        add(
            "fault.h2d.readmostly",
            "page faults of a kernel reading, read-mostly data",
            once(() -> read(copied.range())));
        found.addAll(new LaneMeasurements(machine, copied.range(), hinting.sessions()).take());
      }
      try (Allocation inPlace = session.allocate(bytes, Placement.MANAGED, "in place")) {
        populate(inPlace);
        inPlace(hinting, inPlace);
      }
      try (Allocation born = session.allocate(bytes, Placement.MANAGED, "written first in place")) {
        born.zeroCopy();
        add(
            "zerocopy.managed.first",
            "kernel writing managed memory in place that nobody has touched",
            once(() -> write(born.range())));
      }
    }
  }

  private void inPlace(Hinting hinting, Allocation allocation) {
    AddressRange range = allocation.range();
    add(
        "zerocopy.advise",
        "advising the device to access host memory in place",
        once(allocation::zeroCopy));
    add(
        "zerocopy.managed",
        "kernel reading managed memory in place on the host",
        best(() -> read(range)));
    add(
        "zerocopy.managed.write",
        "kernel writing managed memory in place on the host",
        best(() -> write(range)));
    PlanApplier applier = hinting.applier(FETCHED_IN_PLACE);
    add(
        "zerocopy.fetch",
        "prefetch to the device of memory that is accessed in place",
        once(() -> applier.apply(Plan.of(new Hint.Fetch(range)), stream)));
    add(
        "zerocopy.return",
        "prefetch of the same back to the host",
        once(() -> applier.apply(Plan.of(new Hint.WriteBack(range)), stream)));
    add(
        "zerocopy.again",
        "kernel reading the same in place, the first time after that",
        once(() -> read(range)));
  }

  private void moves(Hinting hinting, AddressRange range) {
    double out = 0;
    for (long piece : PIECES) {
      if (piece <= bytes) {
        PlanApplier applier = hinting.applier(piece);
        double in = once(() -> applier.apply(Plan.of(new Hint.Fetch(range)), stream));
        add(
            "prefetch.h2d." + pieceName(piece),
            "prefetch to the device in pieces of " + ByteSize.format(piece),
            in);
        out = Math.max(out, once(() -> applier.apply(Plan.of(new Hint.WriteBack(range)), stream)));
      }
    }
    add("prefetch.d2h", "prefetch to the host in one call", out);
  }

  private void faults(Hinting hinting, AddressRange range) {
    add("fault.h2d", "page faults of a kernel reading", once(() -> read(range)));
    hinting.applier(Blocks.BYTES).apply(Plan.of(new Hint.WriteBack(range)), stream);
    driver.synchronize(stream);
  }

  private void populate(Allocation allocation) {
    machine.hostWrites(allocation.range());
    if (machine.holdsContents()) {
      allocation.segment().fill((byte) 1);
    }
  }

  private void write(AddressRange range) {
    machine.writeWords(range, 1, stream);
  }

  private void read(AddressRange range) {
    machine.readWords(range, stream);
  }

  private void add(String id, String what, double gbps) {
    found.add(new Measurement(id, what, gbps));
  }

  private double best(Runnable work) {
    double best = 0;
    for (int i = 0; i < REPETITIONS; i++) {
      best = Math.max(best, once(work));
    }
    return best;
  }

  /** The rate of {@code work} on all bytes, waited for. */
  private double once(Runnable work) {
    driver.synchronize(stream);
    long start = clock.nanoTime();
    work.run();
    driver.synchronize(stream);
    return (double) bytes / Math.max(1, clock.nanoTime() - start);
  }

  private static String pieceName(long piece) {
    return piece >= ByteSize.GIB ? piece / ByteSize.GIB + "G" : piece / ByteSize.MIB + "M";
  }

  /** Joins a session only to apply hints in pieces of any size. */
  private static final class Hinting implements SessionPlugin {
    private Optional<SessionContext> context = Optional.empty();

    @Override
    public String name() {
      return "measurements";
    }

    @Override
    public SessionListener attach(SessionContext joined) {
      context = Optional.of(joined);
      return new Silent();
    }

    /** The session's own, which knows what was advised. */
    PlanApplier sessions() {
      return context.orElseThrow().applier();
    }

    PlanApplier applier(long pieceBytes) {
      SessionContext joined = context.orElseThrow();
      return new PlanApplier(joined.driver(), joined.ledger(), pieceBytes);
    }
  }

  /** Takes no part. */
  private static final class Silent implements SessionListener {}
}
