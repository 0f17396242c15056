package io.spillway.driver.panama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverUnavailableException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;

/**
 * The driver's functions, in groups: one method each, named as in cuda.h 13.0 and returning its
 * {@code CUresult}.
 *
 * <p>A handle ({@link CallShapes}) takes the function's address as its first argument, so the
 * handles are constants that exist without the library, and a function the driver lacks is a null
 * address. Functions of one shape share a handle. {@code CUdeviceptr}, {@code CUstream}, {@code
 * CUcontext} and the like travel as {@code long}.
 */
final class Libcuda {

  static final int SUCCESS = 0;

  /** {@code CU_DEVICE_CPU}, cuda.h 13.0: the host, where a {@code CUdevice} is wanted. */
  static final int DEVICE_CPU = -1;

  /** {@code CU_DEVICE_INVALID}, cuda.h 13.0. */
  static final int DEVICE_INVALID = -2;

  /** {@code CUmemLocationType}, cuda.h 13.0. */
  static final int LOCATION_TYPE_DEVICE = 1;

  /** {@code CUmemLocationType}, cuda.h 13.0. */
  static final int LOCATION_TYPE_HOST = 2;

  /** {@code CUmemLocationType}, cuda.h 13.0. */
  static final int LOCATION_TYPE_HOST_NUMA = 3;

  /** A returned C string; unbounded, because only its terminator says where it ends. */
  @SuppressWarnings("restricted") // Only read as a C string.
  private static final AddressLayout C_STRING =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

  private final String libraryName;
  private final MemorySegment getErrorName;
  private final DeviceFunctions devices;
  private final ContextFunctions contexts;
  private final MemoryFunctions memory;
  private final ManagedFunctions managed;
  private final StreamFunctions streams;
  private final KernelFunctions kernels;

  /**
   * Resolves every function.
   *
   * @throws DriverUnavailableException if the library lacks one that CUDA 8 already had
   */
  Libcuda(CudaLibrary library) {
    libraryName = library.name();
    CudaSymbols symbols = new CudaSymbols(library);
    getErrorName = symbols.required("cuGetErrorName");
    devices = new DeviceFunctions(symbols);
    contexts = new ContextFunctions(symbols);
    memory = new MemoryFunctions(symbols);
    managed = new ManagedFunctions(symbols);
    streams = new StreamFunctions(symbols);
    kernels = new KernelFunctions(symbols);
    symbols.requireAll();
  }

  String libraryName() {
    return libraryName;
  }

  DeviceFunctions devices() {
    return devices;
  }

  ContextFunctions contexts() {
    return contexts;
  }

  MemoryFunctions memory() {
    return memory;
  }

  ManagedFunctions managed() {
    return managed;
  }

  StreamFunctions streams() {
    return streams;
  }

  KernelFunctions kernels() {
    return kernels;
  }

  /** The status with its name; a code the driver does not know is named by its number. */
  CudaStatus status(int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ADDRESS);
      int result = getErrorName(code, name);
      MemorySegment text = name.get(C_STRING, 0);
      return result == SUCCESS && CudaSymbols.found(text)
          ? new CudaStatus(code, text.getString(0))
          : new CudaStatus(code, "CUresult " + code);
    }
  }

  private int getErrorName(int code, MemorySegment name) {
    try {
      return (int) CallShapes.IA.CALL.invokeExact(getErrorName, code, name);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }
}
