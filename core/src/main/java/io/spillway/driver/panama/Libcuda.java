package io.spillway.driver.panama;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverUnavailableException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/**
 * The driver's functions, one method each, named as in cuda.h 13.0 and returning its {@code
 * CUresult}.
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

  /**
   * The first CUDA version with the location forms under their plain names: cudaTypedefs.h 13.0.
   */
  private static final int VERSION_LOCATION_FORMS = 12020;

  /** The first CUDA version with batches and discard: cudaTypedefs.h 13.0. */
  private static final int VERSION_BATCHES = 13000;

  /** The CUDA version whose forms of advise and prefetch name a {@code CUdevice}. */
  private static final int VERSION_DEVICE_FORMS = 8000;

  /** The first CUDA version with capture modes: cudaTypedefs.h 13.0. */
  private static final int VERSION_CAPTURE_MODES = 10010;

  /** {@code CU_GET_PROC_ADDRESS_DEFAULT}, cuda.h 13.0. */
  private static final long GET_PROC_ADDRESS_DEFAULT = 0;

  /** A returned C string; unbounded, because only its terminator says where it ends. */
  @SuppressWarnings("restricted") // Only read as a C string.
  private static final AddressLayout C_STRING =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

  private final CudaLibrary library;
  private final MemorySegment getProcAddressV2;
  private final MemorySegment getProcAddressV1;

  private final MemorySegment init;
  private final MemorySegment driverGetVersion;
  private final MemorySegment getErrorName;
  private final MemorySegment deviceGet;
  private final MemorySegment deviceGetCount;
  private final MemorySegment deviceGetName;
  private final MemorySegment deviceGetAttribute;
  private final MemorySegment deviceTotalMem;
  private final MemorySegment devicePrimaryCtxRetain;
  private final MemorySegment devicePrimaryCtxRelease;
  private final MemorySegment devicePrimaryCtxGetState;
  private final MemorySegment ctxGetCurrent;
  private final MemorySegment ctxPushCurrent;
  private final MemorySegment ctxPopCurrent;
  private final MemorySegment ctxGetDevice;
  private final MemorySegment ctxCreate;
  private final MemorySegment ctxDestroy;
  private final MemorySegment memGetInfo;
  private final MemorySegment memAlloc;
  private final MemorySegment memAllocManaged;
  private final MemorySegment memHostAlloc;
  private final MemorySegment memFree;
  private final MemorySegment memFreeHost;
  private final MemorySegment pointerGetAttribute;
  private final MemorySegment memcpyAsync;
  private final MemorySegment memsetD8Async;
  private final MemorySegment streamCreate;
  private final MemorySegment streamDestroy;
  private final MemorySegment streamSynchronize;
  private final MemorySegment streamWaitEvent;
  private final MemorySegment streamIsCapturing;
  private final MemorySegment threadExchangeStreamCaptureMode;
  private final MemorySegment eventCreate;
  private final MemorySegment eventDestroy;
  private final MemorySegment eventRecord;
  private final MemorySegment eventQuery;
  private final MemorySegment eventSynchronize;

  private final MemorySegment memAdviseAtDevice;
  private final MemorySegment memAdviseAtLocation;
  private final MemorySegment memPrefetchToDevice;
  private final MemorySegment memPrefetchToLocation;
  private final MemorySegment memPrefetchBatch;
  private final MemorySegment memDiscardBatch;
  private final MemorySegment memDiscardAndPrefetchBatch;
  private final MemorySegment memRangeGetAttribute;
  private final MemorySegment moduleLoadDataEx;
  private final MemorySegment moduleUnload;
  private final MemorySegment moduleGetFunction;
  private final MemorySegment launchKernel;
  private final MemorySegment eventElapsedTime;

  /**
   * Resolves every function.
   *
   * @throws DriverUnavailableException if the library lacks one that CUDA 8 already had
   */
  Libcuda(CudaLibrary library) {
    this.library = library;
    getProcAddressV2 = library.exported("cuGetProcAddress_v2");
    getProcAddressV1 = library.exported("cuGetProcAddress");

    List<String> missing = new ArrayList<>();
    init = required("cuInit", missing);
    driverGetVersion = required("cuDriverGetVersion", missing);
    getErrorName = required("cuGetErrorName", missing);
    deviceGet = required("cuDeviceGet", missing);
    deviceGetCount = required("cuDeviceGetCount", missing);
    deviceGetName = required("cuDeviceGetName", missing);
    deviceGetAttribute = required("cuDeviceGetAttribute", missing);
    deviceTotalMem = required("cuDeviceTotalMem_v2", missing);
    devicePrimaryCtxRetain = required("cuDevicePrimaryCtxRetain", missing);
    devicePrimaryCtxRelease =
        firstExported("cuDevicePrimaryCtxRelease_v2", "cuDevicePrimaryCtxRelease", missing);
    devicePrimaryCtxGetState = required("cuDevicePrimaryCtxGetState", missing);
    ctxGetCurrent = required("cuCtxGetCurrent", missing);
    ctxPushCurrent = required("cuCtxPushCurrent_v2", missing);
    ctxPopCurrent = required("cuCtxPopCurrent_v2", missing);
    ctxGetDevice = required("cuCtxGetDevice", missing);
    ctxCreate = required("cuCtxCreate_v2", missing);
    ctxDestroy = required("cuCtxDestroy_v2", missing);
    memGetInfo = required("cuMemGetInfo_v2", missing);
    memAlloc = required("cuMemAlloc_v2", missing);
    memAllocManaged = required("cuMemAllocManaged", missing);
    memHostAlloc = required("cuMemHostAlloc", missing);
    memFree = required("cuMemFree_v2", missing);
    memFreeHost = required("cuMemFreeHost", missing);
    pointerGetAttribute = required("cuPointerGetAttribute", missing);
    memcpyAsync = required("cuMemcpyAsync", missing);
    memsetD8Async = required("cuMemsetD8Async", missing);
    streamCreate = required("cuStreamCreate", missing);
    streamDestroy = required("cuStreamDestroy_v2", missing);
    streamSynchronize = required("cuStreamSynchronize", missing);
    streamWaitEvent = required("cuStreamWaitEvent", missing);
    streamIsCapturing = library.exported("cuStreamIsCapturing");
    eventCreate = required("cuEventCreate", missing);
    eventDestroy = required("cuEventDestroy_v2", missing);
    eventRecord = required("cuEventRecord", missing);
    eventQuery = required("cuEventQuery", missing);
    eventSynchronize = required("cuEventSynchronize", missing);
    if (!missing.isEmpty()) {
      throw new DriverUnavailableException(
          "%s lacks %s: update the NVIDIA driver"
              .formatted(library.name(), String.join(", ", missing)));
    }

    memAdviseAtDevice = optional("cuMemAdvise", VERSION_DEVICE_FORMS);
    memAdviseAtLocation = locationForm("cuMemAdvise", memAdviseAtDevice);
    memPrefetchToDevice = optional("cuMemPrefetchAsync", VERSION_DEVICE_FORMS);
    memPrefetchToLocation = locationForm("cuMemPrefetchAsync", memPrefetchToDevice);
    memPrefetchBatch = optional("cuMemPrefetchBatchAsync", VERSION_BATCHES);
    memDiscardBatch = optional("cuMemDiscardBatchAsync", VERSION_BATCHES);
    memDiscardAndPrefetchBatch = optional("cuMemDiscardAndPrefetchBatchAsync", VERSION_BATCHES);
    memRangeGetAttribute = optional("cuMemRangeGetAttribute", VERSION_DEVICE_FORMS);
    threadExchangeStreamCaptureMode =
        optional("cuThreadExchangeStreamCaptureMode", VERSION_CAPTURE_MODES);
    moduleLoadDataEx = library.exported("cuModuleLoadDataEx");
    moduleUnload = library.exported("cuModuleUnload");
    moduleGetFunction = library.exported("cuModuleGetFunction");
    launchKernel = library.exported("cuLaunchKernel");
    eventElapsedTime = library.exported("cuEventElapsedTime");
  }

  private MemorySegment required(String symbol, List<String> missing) {
    MemorySegment address = library.exported(symbol);
    if (isNull(address)) {
      missing.add(symbol);
    }
    return address;
  }

  private MemorySegment firstExported(String symbol, String older, List<String> missing) {
    MemorySegment address = library.exported(symbol);
    return isNull(address) ? required(older, missing) : address;
  }

  /**
   * The form of {@code name} that takes a {@code CUmemLocation}, {@link MemorySegment#NULL} if the
   * driver has none. Asked for by its plain name at a new version a driver may answer with the
   * older form, whose address is then that of {@code deviceForm}.
   */
  private MemorySegment locationForm(String name, MemorySegment deviceForm) {
    MemorySegment plain = optional(name, VERSION_BATCHES);
    return isNull(plain) || plain.equals(deviceForm)
        ? optional(name + "_v2", VERSION_LOCATION_FORMS)
        : plain;
  }

  /** What the driver itself offers under {@code symbol} at {@code cudaVersion}. */
  private MemorySegment optional(String symbol, int cudaVersion) {
    if (isNull(getProcAddressV2) && isNull(getProcAddressV1)) {
      return library.exported(symbol);
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(symbol);
      MemorySegment found = arena.allocate(ADDRESS);
      MemorySegment query = arena.allocate(JAVA_INT);
      int status =
          isNull(getProcAddressV2)
              ? (int)
                  CallShapes.AAIJ.CALL.invokeExact(
                      getProcAddressV1, name, found, cudaVersion, GET_PROC_ADDRESS_DEFAULT)
              : (int)
                  CallShapes.AAIJA.CALL.invokeExact(
                      getProcAddressV2, name, found, cudaVersion, GET_PROC_ADDRESS_DEFAULT, query);
      return status == SUCCESS ? found.get(ADDRESS, 0) : MemorySegment.NULL;
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  private static boolean isNull(MemorySegment address) {
    return address.address() == 0;
  }

  /** A downcall that threw: a wrong descriptor, a bug here, never something the driver said. */
  private static Error broken(Throwable e) {
    if (e instanceof RuntimeException failure) {
      throw failure;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("downcall failed", e);
  }

  String libraryName() {
    return library.name();
  }

  boolean hasAdvise() {
    return !isNull(memAdviseAtDevice) || hasAdviseAtLocation();
  }

  boolean hasAdviseAtLocation() {
    return !isNull(memAdviseAtLocation);
  }

  boolean hasPrefetch() {
    return !isNull(memPrefetchToDevice) || hasPrefetchToLocation();
  }

  boolean hasPrefetchToLocation() {
    return !isNull(memPrefetchToLocation);
  }

  boolean hasPrefetchBatch() {
    return !isNull(memPrefetchBatch);
  }

  boolean hasDiscardBatch() {
    return !isNull(memDiscardBatch);
  }

  boolean hasDiscardAndPrefetchBatch() {
    return !isNull(memDiscardAndPrefetchBatch);
  }

  boolean hasRangeAttributes() {
    return !isNull(memRangeGetAttribute);
  }

  boolean hasKernels() {
    return !isNull(moduleLoadDataEx)
        && !isNull(moduleUnload)
        && !isNull(moduleGetFunction)
        && !isNull(launchKernel);
  }

  boolean hasTiming() {
    return !isNull(eventElapsedTime);
  }

  /** The status with its name; a code the driver does not know is named by its number. */
  CudaStatus status(int code) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ADDRESS);
      int result = getErrorName(code, name);
      MemorySegment text = name.get(C_STRING, 0);
      return result == SUCCESS && !isNull(text)
          ? new CudaStatus(code, text.getString(0))
          : new CudaStatus(code, "CUresult " + code);
    }
  }

  private int getErrorName(int code, MemorySegment name) {
    try {
      return (int) CallShapes.IA.CALL.invokeExact(getErrorName, code, name);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int init(int flags) {
    try {
      return (int) CallShapes.I.CALL.invokeExact(init, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int driverGetVersion(MemorySegment version) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(driverGetVersion, version);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int deviceGet(MemorySegment device, int ordinal) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(deviceGet, device, ordinal);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int deviceGetCount(MemorySegment count) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(deviceGetCount, count);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int deviceGetName(MemorySegment name, int bytes, int device) {
    try {
      return (int) CallShapes.AII.CALL.invokeExact(deviceGetName, name, bytes, device);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int deviceGetAttribute(MemorySegment value, int attribute, int device) {
    try {
      return (int) CallShapes.AII.CALL.invokeExact(deviceGetAttribute, value, attribute, device);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int deviceTotalMem(MemorySegment bytes, int device) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(deviceTotalMem, bytes, device);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int devicePrimaryCtxRetain(MemorySegment context, int device) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(devicePrimaryCtxRetain, context, device);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int devicePrimaryCtxRelease(int device) {
    try {
      return (int) CallShapes.I.CALL.invokeExact(devicePrimaryCtxRelease, device);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int devicePrimaryCtxGetState(int device, MemorySegment flags, MemorySegment active) {
    try {
      return (int) CallShapes.IAA.CALL.invokeExact(devicePrimaryCtxGetState, device, flags, active);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int ctxGetCurrent(MemorySegment context) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(ctxGetCurrent, context);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int ctxPushCurrent(long context) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(ctxPushCurrent, context);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int ctxPopCurrent(MemorySegment context) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(ctxPopCurrent, context);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int ctxGetDevice(MemorySegment device) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(ctxGetDevice, device);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Also makes it current on the calling thread. */
  int ctxCreate(MemorySegment context, int flags, int device) {
    try {
      return (int) CallShapes.AII.CALL.invokeExact(ctxCreate, context, flags, device);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int ctxDestroy(long context) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(ctxDestroy, context);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memGetInfo(MemorySegment free, MemorySegment total) {
    try {
      return (int) CallShapes.AA.CALL.invokeExact(memGetInfo, free, total);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memAlloc(MemorySegment address, long bytes) {
    try {
      return (int) CallShapes.AJ.CALL.invokeExact(memAlloc, address, bytes);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memAllocManaged(MemorySegment address, long bytes, int flags) {
    try {
      return (int) CallShapes.AJI.CALL.invokeExact(memAllocManaged, address, bytes, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memHostAlloc(MemorySegment address, long bytes, int flags) {
    try {
      return (int) CallShapes.AJI.CALL.invokeExact(memHostAlloc, address, bytes, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memFree(long address) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(memFree, address);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memFreeHost(long address) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(memFreeHost, address);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int pointerGetAttribute(MemorySegment value, int attribute, long address) {
    try {
      return (int) CallShapes.AIJ.CALL.invokeExact(pointerGetAttribute, value, attribute, address);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memcpyAsync(long destination, long source, long bytes, long stream) {
    try {
      return (int)
          CallShapes.JJJJ.CALL.invokeExact(memcpyAsync, destination, source, bytes, stream);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memsetD8Async(long address, byte value, long bytes, long stream) {
    try {
      return (int) CallShapes.JBJJ.CALL.invokeExact(memsetD8Async, address, value, bytes, stream);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memAdviseAtDevice(long address, long bytes, int advice, int device) {
    try {
      return (int)
          CallShapes.JJII.CALL.invokeExact(memAdviseAtDevice, address, bytes, advice, device);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memAdviseAtLocation(long address, long bytes, int advice, MemorySegment location) {
    try {
      return (int)
          CallShapes.JJIL.CALL.invokeExact(memAdviseAtLocation, address, bytes, advice, location);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memPrefetchToDevice(long address, long bytes, int device, long stream) {
    try {
      return (int)
          CallShapes.JJIJ.CALL.invokeExact(memPrefetchToDevice, address, bytes, device, stream);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int memPrefetchToLocation(
      long address, long bytes, MemorySegment location, int flags, long stream) {
    try {
      return (int)
          CallShapes.JJLIJ.CALL.invokeExact(
              memPrefetchToLocation, address, bytes, location, flags, stream);
    } catch (Throwable e) {
      throw broken(e);
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
      throw broken(e);
    }
  }

  int memDiscardBatch(
      MemorySegment addresses, MemorySegment sizes, long count, long flags, long stream) {
    try {
      return (int)
          CallShapes.AAJJJ.CALL.invokeExact(
              memDiscardBatch, addresses, sizes, count, flags, stream);
    } catch (Throwable e) {
      throw broken(e);
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
      throw broken(e);
    }
  }

  int memRangeGetAttribute(
      MemorySegment data, long dataBytes, int attribute, long address, long bytes) {
    try {
      return (int)
          CallShapes.AJIJJ.CALL.invokeExact(
              memRangeGetAttribute, data, dataBytes, attribute, address, bytes);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int streamCreate(MemorySegment stream, int flags) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(streamCreate, stream, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int streamDestroy(long stream) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(streamDestroy, stream);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int streamSynchronize(long stream) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(streamSynchronize, stream);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int streamWaitEvent(long stream, long event, int flags) {
    try {
      return (int) CallShapes.JJI.CALL.invokeExact(streamWaitEvent, stream, event, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  boolean hasStreamCapture() {
    return !isNull(streamIsCapturing);
  }

  int streamIsCapturing(long stream, MemorySegment status) {
    try {
      return (int) CallShapes.JA.CALL.invokeExact(streamIsCapturing, stream, status);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  boolean hasCaptureModes() {
    return !isNull(threadExchangeStreamCaptureMode);
  }

  int threadExchangeStreamCaptureMode(MemorySegment mode) {
    try {
      return (int) CallShapes.A.CALL.invokeExact(threadExchangeStreamCaptureMode, mode);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int eventCreate(MemorySegment event, int flags) {
    try {
      return (int) CallShapes.AI.CALL.invokeExact(eventCreate, event, flags);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int eventDestroy(long event) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(eventDestroy, event);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int eventRecord(long event, long stream) {
    try {
      return (int) CallShapes.JJ.CALL.invokeExact(eventRecord, event, stream);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int eventQuery(long event) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(eventQuery, event);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int eventSynchronize(long event) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(eventSynchronize, event);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int eventElapsedTime(MemorySegment millis, long start, long end) {
    try {
      return (int) CallShapes.AJJ.CALL.invokeExact(eventElapsedTime, millis, start, end);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int moduleLoadDataEx(
      MemorySegment module,
      MemorySegment image,
      int optionCount,
      MemorySegment options,
      MemorySegment optionValues) {
    try {
      return (int)
          CallShapes.AAIAA.CALL.invokeExact(
              moduleLoadDataEx, module, image, optionCount, options, optionValues);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int moduleUnload(long module) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(moduleUnload, module);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int moduleGetFunction(MemorySegment function, long module, MemorySegment name) {
    try {
      return (int) CallShapes.AJA.CALL.invokeExact(moduleGetFunction, function, module, name);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int launchKernel(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      long stream,
      MemorySegment parameters) {
    try {
      return (int)
          CallShapes.LAUNCH.CALL.invokeExact(
              launchKernel,
              function,
              gridX,
              gridY,
              gridZ,
              blockX,
              blockY,
              blockZ,
              sharedBytes,
              stream,
              parameters,
              MemorySegment.NULL);
    } catch (Throwable e) {
      throw broken(e);
    }
  }
}
