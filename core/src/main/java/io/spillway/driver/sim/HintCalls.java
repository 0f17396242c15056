package io.spillway.driver.sim;

import io.spillway.driver.Advice;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.AddressSpace.Part;
import io.spillway.driver.sim.ExplicitMove.Done;
import io.spillway.range.AddressRange;
import java.util.List;
import java.util.Set;

/**
 * Advises, prefetches and discards ranges of managed memory: refuses what CUDA refuses, and has the
 * rest take its time. Every method is part of one step of the model, made at the caller's time.
 */
final class HintCalls {

  static final String ADVISE = "cuMemAdvise";
  static final String PREFETCH = "cuMemPrefetchAsync";
  static final String PREFETCH_BATCH = "cuMemPrefetchBatchAsync";
  static final String DISCARD = "cuMemDiscardBatchAsync";
  static final String DISCARD_PREFETCH = "cuMemDiscardAndPrefetchBatchAsync";

  private static final Set<Advice> NAMING_A_LOCATION =
      Set.of(Advice.SET_PREFERRED_LOCATION, Advice.SET_ACCESSED_BY, Advice.UNSET_ACCESSED_BY);

  private final Machine machine;
  private final int ordinal;
  private final VirtualTime time;
  private final Streams streams;
  private final AddressSpace addresses;
  private final HostMemory hostMemory;
  private final ExplicitMove moves;
  private final PolicyChange policies;

  HintCalls(
      Machine machine,
      int ordinal,
      VirtualTime time,
      Streams streams,
      AddressSpace addresses,
      HostMemory hostMemory) {
    this.machine = machine;
    this.ordinal = ordinal;
    this.time = time;
    this.streams = streams;
    this.addresses = addresses;
    this.hostMemory = hostMemory;
    moves = new ExplicitMove(machine);
    policies = new PolicyChange(machine);
  }

  /** {@link SimulatedDriver#advise}. */
  void advise(AddressRange range, Advice advice, Location location) {
    List<Part> parts = addresses.managed(ADVISE, range);
    if (NAMING_A_LOCATION.contains(advice)) {
      requireLocation(ADVISE, location, range);
    }
    long nanos = policies.apply(parts, advice, location, time.now());
    machine.contexts.exclude(nanos);
    time.spend(nanos);
  }

  /** {@link SimulatedDriver#prefetch}. */
  void prefetch(AddressRange range, Location target, StreamHandle stream) {
    move(PREFETCH, List.of(range), target, stream);
  }

  /** {@link SimulatedDriver#prefetchBatch}. */
  void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    requireBatchStream(PREFETCH_BATCH, ranges, stream);
    move(PREFETCH_BATCH, ranges, target, stream);
  }

  /** {@link SimulatedDriver#discard}. */
  void discard(List<AddressRange> ranges, StreamHandle stream) {
    requireBatchStream(DISCARD, ranges, stream);
    discard(DISCARD, ranges, stream);
  }

  /** {@link SimulatedDriver#discardAndPrefetch}. */
  void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    requireBatchStream(DISCARD_PREFETCH, ranges, stream);
    List<Part> parts = addresses.managed(DISCARD_PREFETCH, ranges);
    requireLocation(DISCARD_PREFETCH, target, ranges.getFirst());
    requireRoomAt(DISCARD_PREFETCH, target, parts);
    discard(DISCARD_PREFETCH, ranges, stream);
    move(DISCARD_PREFETCH, ranges, target, stream);
  }

  private void move(String call, List<AddressRange> ranges, Location target, StreamHandle stream) {
    List<Part> parts = addresses.managed(call, ranges);
    requireLocation(call, target, ranges.getFirst());
    requireRoomAt(call, target, parts);
    Done done = moves.move(parts, ranges.size(), target, time.now(), streams.ready(call, stream));
    streams.extend(call, stream, done.completesAt());
    time.waitUntil(done.returnsAt());
  }

  private void discard(String call, List<AddressRange> ranges, StreamHandle stream) {
    List<Part> parts = addresses.managed(call, ranges);
    streams.ready(call, stream);
    time.spend(moves.discard(parts));
    streams.extend(call, stream, time.now());
  }

  private void requireLocation(String call, Location location, AddressRange range) {
    if (location instanceof Location.Device other && other.ordinal() != ordinal) {
      throw new DriverException(call, CudaStatus.INVALID_DEVICE, range.address(), range.bytes());
    }
  }

  /** CUDA takes no batch in the legacy default stream, and names the first range and all bytes. */
  private static void requireBatchStream(
      String call, List<AddressRange> ranges, StreamHandle stream) {
    if (stream.equals(StreamHandle.DEFAULT)) {
      long address = ranges.isEmpty() ? 0 : ranges.getFirst().address();
      long bytes = ranges.stream().mapToLong(AddressRange::bytes).sum();
      throw new DriverException(call, CudaStatus.INVALID_VALUE, address, bytes);
    }
  }

  private void requireRoomAt(String call, Location target, List<Part> parts) {
    if (!(target instanceof Location.Device)) {
      hostMemory.require(call, parts);
    }
  }
}
