package io.spillway.driver.panama;

import java.lang.foreign.MemorySegment;

/**
 * The driver's functions that advise, move and discard managed memory, and tell where it is to be;
 * all are optional, and a form that the driver lacks must not be called. {@link Libcuda} says what
 * they have in common.
 */
final class ManagedFunctions {

  private final MemorySegment memAdviseAtDevice;
  private final MemorySegment memAdviseAtLocation;
  private final MemorySegment memPrefetchToDevice;
  private final MemorySegment memPrefetchToLocation;
  private final MemorySegment memPrefetchBatch;
  private final MemorySegment memDiscardBatch;
  private final MemorySegment memDiscardAndPrefetchBatch;
  private final MemorySegment memRangeGetAttribute;

  ManagedFunctions(CudaSymbols symbols) {
    memAdviseAtDevice = symbols.optional("cuMemAdvise", CudaSymbols.VERSION_DEVICE_FORMS);
    memAdviseAtLocation = symbols.locationForm("cuMemAdvise", memAdviseAtDevice);
    memPrefetchToDevice = symbols.optional("cuMemPrefetchAsync", CudaSymbols.VERSION_DEVICE_FORMS);
    memPrefetchToLocation = symbols.locationForm("cuMemPrefetchAsync", memPrefetchToDevice);
    memPrefetchBatch = symbols.optional("cuMemPrefetchBatchAsync", CudaSymbols.VERSION_BATCHES);
    memDiscardBatch = symbols.optional("cuMemDiscardBatchAsync", CudaSymbols.VERSION_BATCHES);
    memDiscardAndPrefetchBatch =
        symbols.optional("cuMemDiscardAndPrefetchBatchAsync", CudaSymbols.VERSION_BATCHES);
    memRangeGetAttribute =
        symbols.optional("cuMemRangeGetAttribute", CudaSymbols.VERSION_DEVICE_FORMS);
  }

  boolean hasAdvise() {
    return CudaSymbols.found(memAdviseAtDevice) || hasAdviseAtLocation();
  }

  boolean hasAdviseAtLocation() {
    return CudaSymbols.found(memAdviseAtLocation);
  }

  boolean hasPrefetch() {
    return CudaSymbols.found(memPrefetchToDevice) || hasPrefetchToLocation();
  }

  boolean hasPrefetchToLocation() {
    return CudaSymbols.found(memPrefetchToLocation);
  }

  boolean hasPrefetchBatch() {
    return CudaSymbols.found(memPrefetchBatch);
  }

  boolean hasDiscardBatch() {
    return CudaSymbols.found(memDiscardBatch);
  }

  boolean hasDiscardAndPrefetchBatch() {
    return CudaSymbols.found(memDiscardAndPrefetchBatch);
  }

  boolean hasRangeAttributes() {
    return CudaSymbols.found(memRangeGetAttribute);
  }

  int memAdviseAtDevice(long address, long bytes, int advice, int device) {
    try {
      return (int)
          CallShapes.JJII.CALL.invokeExact(memAdviseAtDevice, address, bytes, advice, device);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memAdviseAtLocation(long address, long bytes, int advice, MemorySegment location) {
    try {
      return (int)
          CallShapes.JJIL.CALL.invokeExact(memAdviseAtLocation, address, bytes, advice, location);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memPrefetchToDevice(long address, long bytes, int device, long stream) {
    try {
      return (int)
          CallShapes.JJIJ.CALL.invokeExact(memPrefetchToDevice, address, bytes, device, stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memPrefetchToLocation(
      long address, long bytes, MemorySegment location, int flags, long stream) {
    try {
      return (int)
          CallShapes.JJLIJ.CALL.invokeExact(
              memPrefetchToLocation, address, bytes, location, flags, stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memPrefetchBatch(
      MemorySegment addresses,
      MemorySegment sizes,
      long count,
      MemorySegment locations,
      MemorySegment locationIndices,
      long locationCount,
      long flags,
      long stream) {
    try {
      return (int)
          CallShapes.AAJAAJJJ.CALL.invokeExact(
              memPrefetchBatch,
              addresses,
              sizes,
              count,
              locations,
              locationIndices,
              locationCount,
              flags,
              stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memDiscardBatch(
      MemorySegment addresses, MemorySegment sizes, long count, long flags, long stream) {
    try {
      return (int)
          CallShapes.AAJJJ.CALL.invokeExact(
              memDiscardBatch, addresses, sizes, count, flags, stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memDiscardAndPrefetchBatch(
      MemorySegment addresses,
      MemorySegment sizes,
      long count,
      MemorySegment locations,
      MemorySegment locationIndices,
      long locationCount,
      long flags,
      long stream) {
    try {
      return (int)
          CallShapes.AAJAAJJJ.CALL.invokeExact(
              memDiscardAndPrefetchBatch,
              addresses,
              sizes,
              count,
              locations,
              locationIndices,
              locationCount,
              flags,
              stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memRangeGetAttribute(
      MemorySegment data, long dataBytes, int attribute, long address, long bytes) {
    try {
      return (int)
          CallShapes.AJIJJ.CALL.invokeExact(
              memRangeGetAttribute, data, dataBytes, attribute, address, bytes);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }
}
