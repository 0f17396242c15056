package io.spillway.driver.panama;

import java.lang.foreign.MemorySegment;

/**
 * The driver's functions that allocate, free, copy and fill memory of any kind, and tell of it.
 * {@link Libcuda} says what they have in common.
 */
final class MemoryFunctions {

  private final MemorySegment memGetInfo;
  private final MemorySegment memAlloc;
  private final MemorySegment memAllocManaged;
  private final MemorySegment memHostAlloc;
  private final MemorySegment memFree;
  private final MemorySegment memFreeHost;
  private final MemorySegment pointerGetAttribute;
  private final MemorySegment memcpyAsync;
  private final MemorySegment memsetD8Async;

  MemoryFunctions(CudaSymbols symbols) {
    memGetInfo = symbols.required("cuMemGetInfo_v2");
    memAlloc = symbols.required("cuMemAlloc_v2");
    memAllocManaged = symbols.required("cuMemAllocManaged");
    memHostAlloc = symbols.required("cuMemHostAlloc");
    memFree = symbols.required("cuMemFree_v2");
    memFreeHost = symbols.required("cuMemFreeHost");
    pointerGetAttribute = symbols.required("cuPointerGetAttribute");
    memcpyAsync = symbols.required("cuMemcpyAsync");
    memsetD8Async = symbols.required("cuMemsetD8Async");
  }

  int memGetInfo(MemorySegment free, MemorySegment total) {
    try {
      return (int) CallShapes.AA.CALL.invokeExact(memGetInfo, free, total);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memAlloc(MemorySegment address, long bytes) {
    try {
      return (int) CallShapes.AJ.CALL.invokeExact(memAlloc, address, bytes);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memAllocManaged(MemorySegment address, long bytes, int flags) {
    try {
      return (int) CallShapes.AJI.CALL.invokeExact(memAllocManaged, address, bytes, flags);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memHostAlloc(MemorySegment address, long bytes, int flags) {
    try {
      return (int) CallShapes.AJI.CALL.invokeExact(memHostAlloc, address, bytes, flags);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memFree(long address) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(memFree, address);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memFreeHost(long address) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(memFreeHost, address);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int pointerGetAttribute(MemorySegment value, int attribute, long address) {
    try {
      return (int) CallShapes.AIJ.CALL.invokeExact(pointerGetAttribute, value, attribute, address);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memcpyAsync(long destination, long source, long bytes, long stream) {
    try {
      return (int)
          CallShapes.JJJJ.CALL.invokeExact(memcpyAsync, destination, source, bytes, stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int memsetD8Async(long address, byte value, long bytes, long stream) {
    try {
      return (int) CallShapes.JBJJ.CALL.invokeExact(memsetD8Async, address, value, bytes, stream);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }
}
