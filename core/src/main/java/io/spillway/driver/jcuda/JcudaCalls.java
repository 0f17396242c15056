package io.spillway.driver.jcuda;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.EventHandle;
import io.spillway.driver.MemoryInfo;
import io.spillway.driver.StreamHandle;
import io.spillway.range.AddressRange;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntSupplier;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.Sizeof;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUmemAttach_flags;
import jcuda.driver.CUresult;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/**
 * JCuda's calls, checked, in numbers instead of JCuda's objects. The only class of this package
 * that {@link JcudaDriver} needs JCuda for, so that a missing JCuda shows when this one is loaded.
 *
 * <p>JCuda returns the {@code CUresult}, but throws it, as text, in programs that called {@code
 * JCudaDriver.setExceptionsEnabled(true)}. Both ways end in the same {@link DriverException} here.
 */
final class JcudaCalls {

  /** {@code CU_DEVICE_CPU}, cuda.h 13.0. */
  static final int DEVICE_CPU = -1;

  /** Above the highest {@code CUresult} of cuda.h 13.0, {@code CUDA_ERROR_UNKNOWN} = 999. */
  private static final int CODES = 1000;

  private static final String UNKNOWN_PREFIX = "INVALID CUresult: ";

  private final Map<String, Integer> codeByName = new HashMap<>();
  private final Map<Long, CUstream> streams = new ConcurrentHashMap<>();
  private final Map<Long, CUevent> events = new ConcurrentHashMap<>();
  private final Map<Integer, CUdevice> devices = new ConcurrentHashMap<>();

  /**
   * Loads JCuda and its natives.
   *
   * @throws LinkageError if either is not there
   */
  JcudaCalls() {
    for (int code = 0; code < CODES; code++) {
      String name = CUresult.stringFor(code);
      if (!name.startsWith(UNKNOWN_PREFIX)) {
        codeByName.put(name, code);
      }
    }
    streams.put(StreamHandle.DEFAULT.value(), new CUstream());
    devices.put(DEVICE_CPU, JCudaDriver.CU_DEVICE_CPU);
    check("cuInit", 0, 0, () -> JCudaDriver.cuInit(0));
  }

  /** Whether {@code stream} can be named to JCuda: the default one, or one made here. */
  boolean knows(StreamHandle stream) {
    return streams.containsKey(stream.value());
  }

  /** Whether {@code event} can be named to JCuda: one made here. */
  boolean knows(EventHandle event) {
    return events.containsKey(event.value());
  }

  MemoryInfo memGetInfo() {
    long[] free = new long[1];
    long[] total = new long[1];
    check("cuMemGetInfo", 0, 0, () -> JCudaDriver.cuMemGetInfo(free, total));
    return new MemoryInfo(free[0], total[0]);
  }

  AddressRange memAlloc(long bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    check("cuMemAlloc", 0, bytes, () -> JCudaDriver.cuMemAlloc(pointer, bytes));
    return new AddressRange(JcudaHandles.address(pointer), bytes);
  }

  AddressRange memAllocManaged(long bytes) {
    CUdeviceptr pointer = new CUdeviceptr();
    check(
        "cuMemAllocManaged",
        0,
        bytes,
        () ->
            JCudaDriver.cuMemAllocManaged(pointer, bytes, CUmemAttach_flags.CU_MEM_ATTACH_GLOBAL));
    return new AddressRange(JcudaHandles.address(pointer), bytes);
  }

  void memFree(AddressRange range) {
    check("cuMemFree", range, () -> JCudaDriver.cuMemFree(pointer(range)));
  }

  void memAdvise(AddressRange range, int advice, int deviceNumber) {
    CUdevice device = device("cuMemAdvise", deviceNumber, range);
    check(
        "cuMemAdvise",
        range,
        () -> JCudaDriver.cuMemAdvise(pointer(range), range.bytes(), advice, device));
  }

  void memPrefetch(AddressRange range, int deviceNumber, StreamHandle stream) {
    CUdevice device = device("cuMemPrefetchAsync", deviceNumber, range);
    check(
        "cuMemPrefetchAsync",
        range,
        () ->
            JCudaDriver.cuMemPrefetchAsync(pointer(range), range.bytes(), device, stream(stream)));
  }

  /** Reads a range attribute into {@code values}. */
  void memRangeGetAttribute(int[] values, int attribute, AddressRange range) {
    check(
        "cuMemRangeGetAttribute",
        range,
        () ->
            JCudaDriver.cuMemRangeGetAttribute(
                Pointer.to(values),
                (long) Sizeof.INT * values.length,
                attribute,
                pointer(range),
                range.bytes()));
  }

  int deviceCount() {
    int[] count = new int[1];
    check("cuDeviceGetCount", 0, 0, () -> JCudaDriver.cuDeviceGetCount(count));
    return count[0];
  }

  void memcpy(AddressRange destination, long sourceAddress, StreamHandle stream) {
    check(
        "cuMemcpyAsync",
        destination,
        () ->
            JCudaDriver.cuMemcpyAsync(
                pointer(destination),
                JcudaHandles.pointer(sourceAddress),
                destination.bytes(),
                stream(stream)));
  }

  void memset(AddressRange range, byte value, StreamHandle stream) {
    check(
        "cuMemsetD8Async",
        range,
        () -> JCudaDriver.cuMemsetD8Async(pointer(range), value, range.bytes(), stream(stream)));
  }

  StreamHandle streamCreate() {
    CUstream stream = new CUstream();
    check(
        "cuStreamCreate",
        0,
        0,
        () -> JCudaDriver.cuStreamCreate(stream, CUstream_flags.CU_STREAM_NON_BLOCKING));
    StreamHandle handle = JcudaHandles.stream(stream);
    streams.put(handle.value(), stream);
    return handle;
  }

  void streamDestroy(StreamHandle handle) {
    CUstream stream = stream(handle);
    // Forgotten first: once it is destroyed, another thread may be given the same number.
    streams.remove(handle.value(), stream);
    int code = code(() -> JCudaDriver.cuStreamDestroy(stream));
    if (code != CUresult.CUDA_SUCCESS) {
      streams.put(handle.value(), stream);
      throw failure("cuStreamDestroy", code, 0, 0);
    }
  }

  void streamSynchronize(StreamHandle stream) {
    check("cuStreamSynchronize", 0, 0, () -> JCudaDriver.cuStreamSynchronize(stream(stream)));
  }

  void streamWaitEvent(StreamHandle stream, EventHandle event) {
    check(
        "cuStreamWaitEvent",
        0,
        0,
        () -> JCudaDriver.cuStreamWaitEvent(stream(stream), event(event), 0));
  }

  EventHandle eventCreate() {
    CUevent event = new CUevent();
    check(
        "cuEventCreate",
        0,
        0,
        () -> JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING));
    EventHandle handle = JcudaHandles.event(event);
    events.put(handle.value(), event);
    return handle;
  }

  void eventDestroy(EventHandle handle) {
    CUevent event = event(handle);
    // Forgotten first: once it is destroyed, another thread may be given the same number.
    events.remove(handle.value(), event);
    int code = code(() -> JCudaDriver.cuEventDestroy(event));
    if (code != CUresult.CUDA_SUCCESS) {
      events.put(handle.value(), event);
      throw failure("cuEventDestroy", code, 0, 0);
    }
  }

  void eventRecord(EventHandle event, StreamHandle stream) {
    check("cuEventRecord", 0, 0, () -> JCudaDriver.cuEventRecord(event(event), stream(stream)));
  }

  boolean eventQuery(EventHandle event) {
    int code = code(() -> JCudaDriver.cuEventQuery(event(event)));
    if (code == CUresult.CUDA_ERROR_NOT_READY) {
      return false;
    }
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure("cuEventQuery", code, 0, 0);
    }
    return true;
  }

  void eventSynchronize(EventHandle event) {
    check("cuEventSynchronize", 0, 0, () -> JCudaDriver.cuEventSynchronize(event(event)));
  }

  private static CUdeviceptr pointer(AddressRange range) {
    return JcudaHandles.pointer(range.address());
  }

  private CUstream stream(StreamHandle handle) {
    CUstream stream = streams.get(handle.value());
    if (stream == null) {
      throw DriverException.of("cuStream", CudaStatus.INVALID_HANDLE, 0, 0);
    }
    return stream;
  }

  private CUevent event(EventHandle handle) {
    CUevent event = events.get(handle.value());
    if (event == null) {
      throw DriverException.of("cuEvent", CudaStatus.INVALID_HANDLE, 0, 0);
    }
    return event;
  }

  /** JCuda's name of a device; that there is none is the failure of the call it is needed for. */
  private CUdevice device(String call, int number, AddressRange range) {
    CUdevice known = devices.get(number);
    if (known != null) {
      return known;
    }
    CUdevice device = new CUdevice();
    check(call, range, () -> JCudaDriver.cuDeviceGet(device, number));
    devices.put(number, device);
    return device;
  }

  private void check(String call, AddressRange range, IntSupplier downcall) {
    check(call, range.address(), range.bytes(), downcall);
  }

  private void check(String call, long address, long bytes, IntSupplier downcall) {
    int code = code(downcall);
    if (code != CUresult.CUDA_SUCCESS) {
      throw failure(call, code, address, bytes);
    }
  }

  private static DriverException failure(String call, int code, long address, long bytes) {
    return DriverException.of(call, new CudaStatus(code, CUresult.stringFor(code)), address, bytes);
  }

  /** The {@code CUresult} of {@code downcall}, returned or thrown. */
  private int code(IntSupplier downcall) {
    try {
      return downcall.getAsInt();
    } catch (CudaException e) {
      String text = String.valueOf(e.getMessage());
      Integer code = codeByName.get(text);
      if (code != null) {
        return code;
      }
      if (text.startsWith(UNKNOWN_PREFIX)) {
        return Integer.parseInt(text.substring(UNKNOWN_PREFIX.length()));
      }
      throw e;
    }
  }
}
