package io.spillway.driver.panama;

import java.lang.foreign.MemorySegment;

/**
 * The driver's functions that make contexts, keep them, and make them current on the calling
 * thread. {@link Libcuda} says what they have in common.
 */
final class ContextFunctions {

  private final MemorySegment devicePrimaryCtxRetain;
  private final MemorySegment devicePrimaryCtxRelease;
  private final MemorySegment devicePrimaryCtxGetState;
  private final MemorySegment ctxGetCurrent;
  private final MemorySegment ctxPushCurrent;
  private final MemorySegment ctxPopCurrent;
  private final MemorySegment ctxGetDevice;
  private final MemorySegment ctxCreate;
  private final MemorySegment ctxDestroy;

  ContextFunctions(CudaSymbols symbols) {
    devicePrimaryCtxRetain = symbols.required("cuDevicePrimaryCtxRetain");
    devicePrimaryCtxRelease =
        symbols.required("cuDevicePrimaryCtxRelease_v2", "cuDevicePrimaryCtxRelease");
    devicePrimaryCtxGetState = symbols.required("cuDevicePrimaryCtxGetState");
    ctxGetCurrent = symbols.required("cuCtxGetCurrent");
    ctxPushCurrent = symbols.required("cuCtxPushCurrent_v2");
    ctxPopCurrent = symbols.required("cuCtxPopCurrent_v2");
    ctxGetDevice = symbols.required("cuCtxGetDevice");
    ctxCreate = symbols.required("cuCtxCreate_v2");
    ctxDestroy = symbols.required("cuCtxDestroy_v2");
  }

  int devicePrimaryCtxRetain(MemorySegment context, int device) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(devicePrimaryCtxRetain, context, device);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int devicePrimaryCtxRelease(int device) {
    try {
      return (int) CallShapes.I.CALL.invokeExact(devicePrimaryCtxRelease, device);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int devicePrimaryCtxGetState(int device, MemorySegment flags, MemorySegment active) {
    try {
      return (int) CallShapes.IAA.CALL.invokeExact(devicePrimaryCtxGetState, device, flags, active);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int ctxGetCurrent(MemorySegment context) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(ctxGetCurrent, context);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int ctxPushCurrent(long context) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(ctxPushCurrent, context);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int ctxPopCurrent(MemorySegment context) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(ctxPopCurrent, context);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int ctxGetDevice(MemorySegment device) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(ctxGetDevice, device);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  /** Also makes it current on the calling thread. */
  int ctxCreate(MemorySegment context, int flags, int device) {
    try {
      return (int) CallShapes.AII.CALL.invokeExact(ctxCreate, context, flags, device);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int ctxDestroy(long context) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(ctxDestroy, context);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }
}
