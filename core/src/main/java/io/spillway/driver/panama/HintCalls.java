package io.spillway.driver.panama;

import io.spillway.driver.Advice;
import io.spillway.driver.Capability;
import io.spillway.driver.Location;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.binding.AdviceNumber;
import io.spillway.range.AddressRange;
import java.util.List;

/**
 * Advises, prefetches and discards ranges of managed memory, through those of CUDA's calls that the
 * driver has: with a location, or of the older form, with a device number. Safe for use by any
 * thread.
 */
final class HintCalls {

  private final ContextCalls calls;
  private final ManagedFunctions managed;
  private final Location ownDevice;

  HintCalls(ContextCalls calls, Location ownDevice) {
    this.calls = calls;
    this.managed = calls.cuda().managed();
    this.ownDevice = ownDevice;
  }

  /** {@link PanamaDriver#advise}. */
  void advise(AddressRange range, Advice advice, Location location) {
    calls.require(Capability.ADVISE, "cuMemAdvise", range.address(), range.bytes());
    // CUDA ignores the location of these; a plain one keeps the older form usable.
    Location where =
        switch (advice) {
          case SET_READ_MOSTLY, UNSET_READ_MOSTLY, UNSET_PREFERRED_LOCATION -> ownDevice;
          case SET_PREFERRED_LOCATION, SET_ACCESSED_BY, UNSET_ACCESSED_BY -> location;
        };
    if (where instanceof Location.HostNode) {
      calls.require(Capability.HOST_NUMA_LOCATION, "cuMemAdvise", range.address(), range.bytes());
    }
    int number = AdviceNumber.of(advice);
    try (var _ = calls.enter()) {
      int status;
      if (managed.hasAdviseAtLocation()) {
        status =
            managed.memAdviseAtLocation(
                range.address(), range.bytes(), number, CudaLocations.structOf(where));
      } else {
        int device = CudaLocations.deviceOf("cuMemAdvise", where, range);
        status = managed.memAdviseAtDevice(range.address(), range.bytes(), number, device);
      }
      calls.check("cuMemAdvise", status, range);
    }
  }

  /** {@link PanamaDriver#prefetch}. */
  void prefetch(AddressRange range, Location target, StreamHandle stream) {
    calls.requirePrefetch("cuMemPrefetchAsync", target, range.address(), range.bytes());
    try (var _ = calls.enter()) {
      int status;
      if (managed.hasPrefetchToLocation()) {
        status =
            managed.memPrefetchToLocation(
                range.address(), range.bytes(), CudaLocations.structOf(target), 0, stream.value());
      } else {
        int device = CudaLocations.deviceOf("cuMemPrefetchAsync", target, range);
        status =
            managed.memPrefetchToDevice(range.address(), range.bytes(), device, stream.value());
      }
      calls.check("cuMemPrefetchAsync", status, range);
    }
  }

  /** {@link PanamaDriver#prefetchBatch}. */
  void prefetchBatch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    try (RangeBatch batch =
            new RangeBatch(calls, "cuMemPrefetchBatchAsync", Capability.PREFETCH_BATCH, ranges);
        var _ = calls.enter()) {
      batch.requireTarget(target);
      batch.check(
          managed.memPrefetchBatch(
              batch.addresses,
              batch.sizes,
              batch.count,
              CudaLocations.structOf(target),
              batch.firstIndex,
              1,
              0,
              stream.value()));
    }
  }

  /** {@link PanamaDriver#discard}. */
  void discard(List<AddressRange> ranges, StreamHandle stream) {
    try (RangeBatch batch =
            new RangeBatch(calls, "cuMemDiscardBatchAsync", Capability.DISCARD, ranges);
        var _ = calls.enter()) {
      batch.check(
          managed.memDiscardBatch(batch.addresses, batch.sizes, batch.count, 0, stream.value()));
    }
  }

  /** {@link PanamaDriver#discardAndPrefetch}. */
  void discardAndPrefetch(List<AddressRange> ranges, Location target, StreamHandle stream) {
    try (RangeBatch batch =
            new RangeBatch(
                calls,
                "cuMemDiscardAndPrefetchBatchAsync",
                Capability.DISCARD_AND_PREFETCH,
                ranges);
        var _ = calls.enter()) {
      batch.requireTarget(target);
      batch.check(
          managed.memDiscardAndPrefetchBatch(
              batch.addresses,
              batch.sizes,
              batch.count,
              CudaLocations.structOf(target),
              batch.firstIndex,
              1,
              0,
              stream.value()));
    }
  }
}
