package io.spillway.driver.sim;

import io.spillway.driver.Advice;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import io.spillway.range.ByteSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The programs behind the measurements of an H200, run on its model. Rates in GB/s of 1e9 bytes.
 */
final class H200Experiment {

  static final long MIB = ByteSize.MIB;
  static final long GIB = ByteSize.GIB;

  private static final Location GPU = Location.device(0);

  final SimulatedDriver driver = SimulatedDriver.open(GpuModel.h200());
  final StreamHandle stream = driver.createStream();

  /** Nanoseconds that {@code work} takes on the calling virtual thread, synchronised. */
  double nanos(Runnable work) {
    driver.synchronize(stream);
    long before = driver.clock().nanoTime();
    work.run();
    driver.synchronize(stream);
    return driver.clock().nanoTime() - before;
  }

  double rate(long bytes, Runnable work) {
    return bytes / nanos(work);
  }

  static List<AddressRange> pieces(AddressRange range, long piece) {
    List<AddressRange> pieces = new ArrayList<>();
    for (long at = 0; at < range.bytes(); at += piece) {
      pieces.add(range.slice(at, Math.min(piece, range.bytes() - at)));
    }
    return pieces;
  }

  AddressRange filled(long bytes) {
    AddressRange range = driver.allocateManaged(bytes);
    driver.hostTouch(range, TouchKind.WRITE);
    return range;
  }

  /** Managed memory whose host pages exist, on the host, with no host mapping left. */
  AddressRange cycled(long bytes) {
    AddressRange range = filled(bytes);
    driver.prefetch(range, GPU, stream);
    driver.prefetch(range, Location.HOST, stream);
    driver.synchronize(stream);
    return range;
  }

  AddressRange resident(long bytes) {
    AddressRange range = cycled(bytes);
    driver.prefetch(range, GPU, stream);
    driver.synchronize(stream);
    return range;
  }

  AddressRange readMostly(long bytes) {
    AddressRange range = filled(bytes);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    return range;
  }

  void prefetch(AddressRange range, long piece, Location target) {
    for (AddressRange part : pieces(range, piece)) {
      driver.prefetch(part, target, stream);
    }
  }

  void drop(AddressRange range) {
    driver.advise(range, Advice.UNSET_READ_MOSTLY, GPU);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
  }

  void kernel(Access... accesses) {
    driver.launch(SimulatedKernel.of("kernel", accesses), stream);
  }

  double pinnedCopy(boolean in, long piece) {
    AddressRange host = driver.allocatePinned(2 * GIB);
    AddressRange device = driver.allocateDevice(2 * GIB);
    AddressRange from = in ? host : device;
    AddressRange to = in ? device : host;
    return rate(
        2 * GIB,
        () -> {
          for (long at = 0; at < 2 * GIB; at += piece) {
            driver.copy(to.slice(at, piece), from.address() + at, stream);
          }
        });
  }

  double pinnedBoth() {
    AddressRange host = driver.allocatePinned(4 * GIB);
    AddressRange device = driver.allocateDevice(4 * GIB);
    StreamHandle other = driver.createStream();
    return rate(
        2 * GIB,
        () -> {
          driver.copy(device.slice(0, 2 * GIB), host.address(), stream);
          driver.copy(host.slice(2 * GIB, 2 * GIB), device.address() + 2 * GIB, other);
          driver.synchronize(other);
        });
  }

  double managedCopy(boolean in) {
    AddressRange managed = resident(2 * GIB);
    AddressRange pinned = driver.allocatePinned(2 * GIB);
    return rate(
        2 * GIB,
        () ->
            driver.copy(in ? managed : pinned, in ? pinned.address() : managed.address(), stream));
  }

  double deviceRead() {
    AddressRange device = driver.allocateDevice(12 * GIB);
    return rate(12 * GIB, () -> kernel(Access.read(device)));
  }

  double zeroCopyPinned() {
    AddressRange pinned = driver.allocatePinned(4 * GIB);
    return rate(4 * GIB, () -> kernel(Access.read(pinned)));
  }

  double zeroCopyManaged() {
    AddressRange range = accessedInPlace(4 * GIB);
    return rate(4 * GIB, () -> kernel(Access.read(range)));
  }

  /** What comes of a kernel that adds so many ranges in place into one that is in place, too. */
  double zeroCopyDuplex(int reads) {
    List<Access> accesses = new ArrayList<>();
    for (int i = 0; i <= reads; i++) {
      AddressRange range = accessedInPlace(GIB);
      accesses.add(i < reads ? Access.read(range) : Access.write(range));
    }
    return rate(reads * GIB, () -> kernel(accesses.toArray(Access[]::new)));
  }

  double zeroCopyUpdate() {
    AddressRange range = accessedInPlace(GIB);
    return rate(GIB, () -> kernel(Access.readWrite(range)));
  }

  double zeroCopyWrite() {
    AddressRange range = accessedInPlace(GIB);
    return rate(GIB, () -> kernel(Access.write(range)));
  }

  private AddressRange accessedInPlace(long bytes) {
    AddressRange range = filled(bytes);
    driver.advise(range, Advice.SET_PREFERRED_LOCATION, Location.HOST);
    driver.advise(range, Advice.SET_ACCESSED_BY, GPU);
    return range;
  }

  double faultFirst() {
    AddressRange range = filled(4 * GIB);
    return rate(4 * GIB, () -> kernel(Access.read(range)));
  }

  double faultSecond() {
    AddressRange range = cycled(4 * GIB);
    return rate(4 * GIB, () -> kernel(Access.read(range)));
  }

  double faultReadMostly() {
    AddressRange range = filled(4 * GIB);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    return rate(4 * GIB, () -> kernel(Access.read(range)));
  }

  double prefetchIn(long piece) {
    AddressRange range = cycled(6 * GIB);
    return rate(6 * GIB, () -> prefetch(range, piece, GPU));
  }

  /** Part of the whole time that the calling thread is inside the calls. */
  double issuePart(long piece) {
    AddressRange range = cycled(6 * GIB);
    driver.synchronize(stream);
    long start = driver.clock().nanoTime();
    prefetch(range, piece, GPU);
    double inside = driver.clock().nanoTime() - start;
    driver.synchronize(stream);
    return inside / (driver.clock().nanoTime() - start);
  }

  double prefetchOut(long piece) {
    AddressRange range = resident(6 * GIB);
    return rate(6 * GIB, () -> prefetch(range, piece, Location.HOST));
  }

  /** What a kernel has just written, in pieces of 32 MiB from as many host threads. */
  double prefetchOutDirty(int threads) {
    AddressRange range = resident(6 * GIB);
    kernel(Access.write(range));
    driver.synchronize(stream);
    List<AddressRange> pieces = pieces(range, 32 * MIB);
    StreamHandle[] streams = new StreamHandle[threads];
    Arrays.setAll(streams, i -> driver.createStream());
    return rate(
        6 * GIB,
        () -> {
          for (int i = 0; i < pieces.size(); i++) {
            AddressRange piece = pieces.get(i);
            StreamHandle own = streams[i % threads];
            driver
                .hostThread("mover " + i % threads)
                .execute(() -> driver.prefetch(piece, Location.HOST, own));
          }
          for (StreamHandle own : streams) {
            driver.synchronize(own);
          }
        });
  }

  double prefetchOutFirst() {
    AddressRange range = driver.allocateManaged(4 * GIB);
    kernel(Access.write(range));
    return rate(4 * GIB, () -> driver.prefetch(range, Location.HOST, stream));
  }

  double prefetchUntouched() {
    AddressRange range = driver.allocateManaged(6 * GIB);
    return rate(6 * GIB, () -> driver.prefetch(range, GPU, stream));
  }

  double prefetchBoth() {
    AddressRange in = cycled(2 * GIB);
    AddressRange out = resident(2 * GIB);
    StreamHandle other = driver.createStream();
    HostThread inward = driver.hostThread("in");
    HostThread outward = driver.hostThread("out");
    List<AddressRange> ins = pieces(in, 32 * MIB);
    List<AddressRange> outs = pieces(out, 32 * MIB);
    long start = driver.clock().nanoTime();
    for (int i = 0; i < ins.size(); i++) {
      AddressRange inPiece = ins.get(i);
      AddressRange outPiece = outs.get(i);
      inward.execute(() -> driver.prefetch(inPiece, GPU, stream));
      outward.execute(() -> driver.prefetch(outPiece, Location.HOST, other));
    }
    driver.synchronize(stream);
    driver.synchronize(other);
    return 2 * GIB / (double) (driver.clock().nanoTime() - start);
  }

  double prefetchResidentMicrosPerBlock() {
    AddressRange range = resident(4 * GIB);
    return nanos(() -> prefetch(range, 32 * MIB, GPU)) / 1000 / 2048;
  }

  double prefetchBatch() {
    AddressRange range = cycled(6 * GIB);
    return rate(6 * GIB, () -> driver.prefetchBatch(pieces(range, 32 * MIB), GPU, stream));
  }

  double prefetchOverlap() {
    AddressRange range = cycled(6 * GIB);
    AddressRange device = driver.allocateDevice(8 * GIB);
    StreamHandle other = driver.createStream();
    driver.launch(SimulatedKernel.of("busy", Access.read(device, 200)), other);
    return rate(6 * GIB, () -> driver.prefetch(range, GPU, stream));
  }

  /** How much longer a bandwidth-bound kernel takes beside a prefetch that outlasts it. */
  double kernelSlowdownUnderPrefetch() {
    AddressRange range = cycled(12 * GIB);
    AddressRange device = driver.allocateDevice(8 * GIB);
    StreamHandle other = driver.createStream();
    double alone = nanos(() -> kernel(Access.read(device, 20)));
    driver.prefetch(range, GPU, other);
    return nanos(() -> kernel(Access.read(device, 20))) / alone;
  }

  double readMostlyPrefetch(long piece) {
    AddressRange range = readMostly(6 * GIB);
    return rate(6 * GIB, () -> prefetch(range, piece, GPU));
  }

  double readMostlyPrefetchThreads() {
    AddressRange range = readMostly(6 * GIB);
    List<AddressRange> pieces = pieces(range, 128 * MIB);
    StreamHandle[] streams = {stream, driver.createStream(), driver.createStream()};
    long start = driver.clock().nanoTime();
    for (int i = 0; i < pieces.size(); i++) {
      AddressRange piece = pieces.get(i);
      StreamHandle own = streams[i % 3];
      driver.hostThread("mover " + i % 3).execute(() -> driver.prefetch(piece, GPU, own));
    }
    for (StreamHandle own : streams) {
      driver.synchronize(own);
    }
    return 6 * GIB / (double) (driver.clock().nanoTime() - start);
  }

  double readMostlyDropMillis(long piece) {
    AddressRange range = readMostly(6 * GIB);
    driver.prefetch(range, GPU, stream);
    return nanos(() -> pieces(range, piece).forEach(this::drop)) / 1e6;
  }

  double readMostlySetMillisPerGib() {
    AddressRange range = filled(4 * GIB);
    return nanos(() -> driver.advise(range, Advice.SET_READ_MOSTLY, GPU)) / 1e6 / 4;
  }

  double readMostlySetResident() {
    AddressRange range = resident(2 * GIB);
    return rate(
        2 * GIB,
        () ->
            pieces(range, 128 * MIB)
                .forEach(piece -> driver.advise(piece, Advice.SET_READ_MOSTLY, GPU)));
  }

  double readMostlyGpuWrite() {
    AddressRange range = readMostly(4 * GIB);
    driver.prefetch(range, GPU, stream);
    return rate(4 * GIB, () -> kernel(Access.write(range)));
  }

  double readMostlyHostWrite() {
    AddressRange range = readMostly(4 * GIB);
    driver.prefetch(range, GPU, stream);
    return rate(4 * GIB, () -> driver.hostTouch(range, TouchKind.WRITE));
  }

  double readAfterHostWrite() {
    AddressRange range = filled(4 * GIB);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    driver.prefetch(range, GPU, stream);
    driver.synchronize(stream);
    driver.hostTouch(range, TouchKind.WRITE);
    return rate(4 * GIB, () -> kernel(Access.read(range)));
  }

  double[] readMostlyBeforeFill() {
    AddressRange range = driver.allocateManaged(4 * GIB);
    driver.advise(range, Advice.SET_READ_MOSTLY, GPU);
    double fill = rate(4 * GIB, () -> driver.hostTouch(range, TouchKind.WRITE));
    return new double[] {fill, rate(4 * GIB, () -> driver.prefetch(range, GPU, stream))};
  }

  double discardMicrosPerBlock() {
    AddressRange range = resident(6 * GIB);
    return nanos(() -> driver.discard(List.of(range), stream)) / 1000 / 3072;
  }

  double discardPrefetch(Location target) {
    AddressRange range = target instanceof Location.Device ? cycled(6 * GIB) : resident(6 * GIB);
    return rate(6 * GIB, () -> driver.discardAndPrefetch(List.of(range), target, stream));
  }

  double hostFirstTouch() {
    AddressRange range = driver.allocateManaged(4 * GIB);
    return rate(4 * GIB, () -> driver.hostTouch(range, TouchKind.WRITE));
  }
}
