package io.spillway.driver.sim;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * The programs behind the tables of docs/moving.md, run on the model of an H200: data moved by
 * contexts of their own, a thread for each. Rates in GB/s of 1e9 bytes.
 */
final class ContextsExperiment {

  private static final Location GPU = Location.device(0);
  private static final long BYTES = 4 * ByteSize.GIB;

  /** What one of several kernels accesses in place: short, so that lanes call in between. */
  private static final long KERNEL_BYTES = 64 * ByteSize.MIB;

  private static final long STEP_BYTES = 128 * ByteSize.MIB;

  /** How often what is beside a measured sort of work goes round: it outlasts it. */
  private static final int OUTLASTS = 12;

  private final H200Experiment card = new H200Experiment();
  private final SimulatedDriver driver = card.driver;

  /** What a thread does by its context: moves of ranges, a few on their way at a time. */
  private final class Lane {
    final UnifiedMemoryDriver sibling = driver.openSibling();
    final StreamHandle[] streams;
    final HostThread thread;
    final Location target;
    final List<AddressRange> calls = new ArrayList<>();
    int made;

    Lane(Location target, int onTheirWay) {
      this.target = target;
      streams = new StreamHandle[onTheirWay];
      Arrays.setAll(streams, i -> sibling.createStream());
      thread = driver.hostThread("lane " + streams[0]);
    }

    boolean more() {
      return made < calls.size();
    }

    void call() {
      StreamHandle stream = streams[made % streams.length];
      AddressRange range = calls.get(made++);
      thread.execute(
          () -> {
            sibling.synchronize(stream);
            sibling.prefetch(range, target, stream);
          });
    }

    /** The caller waits until there is one call on its way at most. */
    void awaitOldest() {
      driver.synchronize(streams[made % streams.length]);
    }

    void drop(AddressRange range) {
      sibling.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
      sibling.advise(range, Advice.SET_READ_MOSTLY, GPU);
    }

    /** When all it has called for is done. */
    long doneAt() {
      for (StreamHandle stream : streams) {
        thread.execute(() -> sibling.synchronize(stream));
      }
      return thread.nanoTime();
    }
  }

  private List<Lane> lanes(int count, Location target, AddressRange range, long piece, int times) {
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      lanes.add(new Lane(target, 2));
    }
    List<AddressRange> pieces = H200Experiment.pieces(range, piece);
    for (int i = 0; i < times * pieces.size(); i++) {
      lanes.get(i % count).calls.add(pieces.get(i % pieces.size()));
    }
    return lanes;
  }

  /** Has lanes call in the order of time, until these are through. */
  private static void until(List<Lane> through, List<Lane> all) {
    while (through.stream().anyMatch(Lane::more)) {
      first(all).call();
    }
  }

  private static Lane first(List<Lane> lanes) {
    return lanes.stream()
        .filter(Lane::more)
        .min(Comparator.comparingLong(lane -> lane.thread.nanoTime()))
        .orElseThrow();
  }

  private double rate(List<Lane> measured, List<Lane> beside, long bytes) {
    driver.synchronize(card.stream);
    long start = driver.clock().nanoTime();
    List<Lane> all = new ArrayList<>(measured);
    all.addAll(beside);
    all.forEach(lane -> lane.thread.execute(() -> {}));
    until(measured, all);
    long end = measured.stream().mapToLong(Lane::doneAt).max().orElseThrow();
    return bytes / (double) (end - start);
  }

  private AddressRange written(long bytes) {
    AddressRange range = card.resident(bytes);
    card.kernel(Access.write(range));
    driver.synchronize(card.stream);
    return range;
  }

  double backBy(int contexts, long piece) {
    return rate(lanes(contexts, Location.HOST, written(BYTES), piece, 1), List.of(), BYTES);
  }

  double fetchedBy(int contexts, long piece) {
    return rate(lanes(contexts, GPU, card.cycled(BYTES), piece, 1), List.of(), BYTES);
  }

  double fetchedBesideKernels(int contexts, long piece) {
    AddressRange device = driver.allocateDevice(8 * ByteSize.GIB);
    StreamHandle kernels = driver.createStream();
    List<Lane> lanes = lanes(contexts, GPU, card.cycled(BYTES), piece, 1);
    driver.launch(SimulatedKernel.of("busy", Access.read(device, 200)), kernels);
    return rate(lanes, List.of(), BYTES);
  }

  /** Gone round twice in such steps, of which three of 128 MiB are there at a time. */
  double fetchedAndDropped(int contexts, long stepBytes, int onTheirWay, boolean beside) {
    AddressRange range = card.readMostly(BYTES);
    List<AddressRange> steps = H200Experiment.pieces(range, stepBytes);
    List<Lane> lanes = new ArrayList<>();
    for (int i = 0; i < contexts; i++) {
      lanes.add(new Lane(GPU, onTheirWay));
    }
    if (beside) {
      AddressRange device = driver.allocateDevice(8 * ByteSize.GIB);
      driver.launch(SimulatedKernel.of("busy", Access.read(device, 200)), driver.createStream());
    }
    HostThread mover = driver.hostThread("mover");
    mover.execute(() -> {});
    long start = driver.clock().nanoTime();
    int laps = 2;
    long there = 3 * STEP_BYTES / stepBytes;
    for (int k = 0; k < laps * steps.size(); k++) {
      AddressRange step = steps.get(k % steps.size());
      AddressRange oldest = steps.get((int) Math.floorMod(k - there, steps.size()));
      boolean drops = k >= there;
      mover.execute(
          () -> {
            lanes.forEach(Lane::awaitOldest);
            if (drops) {
              lanes.getFirst().drop(oldest);
            }
            for (Lane lane : lanes) {
              long part = stepBytes / contexts;
              lane.calls.add(step.slice(lanes.indexOf(lane) * part, part));
              lane.call();
            }
          });
    }
    long end = lanes.stream().mapToLong(Lane::doneAt).max().orElseThrow();
    return laps * BYTES / (double) (end - start);
  }

  /** Back to the host beside fetches by two other contexts. */
  double backBesideFetches(int contexts, long piece) {
    List<Lane> back = lanes(contexts, Location.HOST, written(BYTES), piece, 1);
    List<Lane> fetches = lanes(2, GPU, card.cycled(OUTLASTS * BYTES), 2 * piece, 1);
    return rate(back, fetches, BYTES);
  }

  double fetchedBesideBack(int contexts, long piece) {
    List<Lane> fetches = lanes(2, GPU, card.cycled(OUTLASTS * BYTES), 2 * piece, 1);
    List<Lane> back = lanes(contexts, Location.HOST, written(OUTLASTS * BYTES), piece, 1);
    return rate(fetches, back, OUTLASTS * BYTES);
  }

  /** Back to the host beside a kernel that accesses other memory in place. */
  double backBesideInPlace(int contexts, long piece, TouchKind kind) {
    Access access = new Access(inPlace(), kind, OUTLASTS, 1);
    List<Lane> back = lanes(contexts, Location.HOST, written(BYTES), piece, 1);
    StreamHandle kernels = driver.createStream();
    driver.launch(SimulatedKernel.of("in place", access), kernels);
    return rate(back, List.of(), BYTES);
  }

  /** That kernel beside what goes back. */
  double inPlaceBesideBack(int contexts, long piece, TouchKind kind) {
    List<Lane> back = lanes(contexts, Location.HOST, written(OUTLASTS * BYTES), piece, 1);
    return inPlaceBeside(back, kind);
  }

  /** A kernel that reads or writes in place beside what comes. */
  double inPlaceBesideFetches(int contexts, long piece, TouchKind kind) {
    List<Lane> fetches = lanes(contexts, GPU, card.cycled(OUTLASTS * BYTES), piece, 1);
    return inPlaceBeside(fetches, kind);
  }

  private double inPlaceBeside(List<Lane> moves, TouchKind kind) {
    AddressRange inPlace = inPlace();
    moves.forEach(lane -> lane.thread.execute(() -> {}));
    long start = driver.clock().nanoTime();
    StreamHandle kernels = driver.createStream();
    for (AddressRange part : H200Experiment.pieces(inPlace, KERNEL_BYTES)) {
      long now = driver.clock().nanoTime();
      while (moves.stream().anyMatch(lane -> lane.more() && lane.thread.nanoTime() <= now)) {
        first(moves).call();
      }
      driver.launch(SimulatedKernel.of("in place", new Access(part, kind, 1, 1)), kernels);
      driver.synchronize(kernels);
    }
    return BYTES / (double) (driver.clock().nanoTime() - start);
  }

  private AddressRange inPlace() {
    AddressRange range = card.filled(BYTES);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(range, Advice.SET_ACCESSED_BY, GPU);
    return range;
  }
}
