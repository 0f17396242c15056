package io.spillway.driver.panama;

import java.lang.foreign.MemorySegment;

/**
 * The driver's functions that start it and tell of its devices: called without a context. {@link
 * Libcuda} says what they have in common.
 */
final class DeviceFunctions {

  private final MemorySegment init;
  private final MemorySegment driverGetVersion;
  private final MemorySegment deviceGet;
  private final MemorySegment deviceGetCount;
  private final MemorySegment deviceGetName;
  private final MemorySegment deviceGetAttribute;
  private final MemorySegment deviceTotalMem;

  DeviceFunctions(CudaSymbols symbols) {
    init = symbols.required("cuInit");
    driverGetVersion = symbols.required("cuDriverGetVersion");
    deviceGet = symbols.required("cuDeviceGet");
    deviceGetCount = symbols.required("cuDeviceGetCount");
    deviceGetName = symbols.required("cuDeviceGetName");
    deviceGetAttribute = symbols.required("cuDeviceGetAttribute");
    deviceTotalMem = symbols.required("cuDeviceTotalMem_v2");
  }

  int init(int flags) {
    try {
      return (int) CallShapes.I.CALL.invokeExact(init, flags);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int driverGetVersion(MemorySegment version) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(driverGetVersion, version);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int deviceGet(MemorySegment device, int ordinal) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(deviceGet, device, ordinal);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int deviceGetCount(MemorySegment count) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(deviceGetCount, count);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int deviceGetName(MemorySegment name, int bytes, int device) {
    try {
      return (int) CallShapes.AII.CALL.invokeExact(deviceGetName, name, bytes, device);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int deviceGetAttribute(MemorySegment value, int attribute, int device) {
    try {
      return (int) CallShapes.AII.CALL.invokeExact(deviceGetAttribute, value, attribute, device);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int deviceTotalMem(MemorySegment bytes, int device) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(deviceTotalMem, bytes, device);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }
}
