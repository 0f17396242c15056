package io.spillway.driver.panama;

import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumMap;
import java.util.Map;

/** The devices a started driver shows, and what it says of each. Needs no context. */
final class CudaDevices {

  static final String NO_DEVICE =
      "the CUDA driver shows no device: check nvidia-smi and CUDA_VISIBLE_DEVICES";

  /** {@code CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT}, cuda.h 13.0. */
  static final int MULTIPROCESSOR_COUNT = 16;

  // CUdevice_attribute of cuda.h 13.0.
  private static final int COMPUTE_CAPABILITY_MAJOR = 75;
  private static final int COMPUTE_CAPABILITY_MINOR = 76;
  private static final int MANAGED_MEMORY = 83;
  private static final int PAGEABLE_MEMORY_ACCESS = 88;
  private static final int CONCURRENT_MANAGED_ACCESS = 89;
  private static final int HOST_NUMA_ID = 134;

  /** {@code CUDA_ERROR_NO_DEVICE}, cuda.h 13.0. */
  private static final int ERROR_NO_DEVICE = 100;

  /** Room for a device's name; the longest known has about 40 characters. */
  private static final int NAME_BYTES = 256;

  private final Libcuda cuda;
  private final int cudaVersion;
  private final int count;

  private CudaDevices(Libcuda cuda) {
    this.cuda = cuda;
    CallScratch scratch = CallScratch.ofThread();
    check("cuDriverGetVersion", cuda.devices().driverGetVersion(scratch.first));
    cudaVersion = scratch.firstInt();
    check("cuDeviceGetCount", cuda.devices().deviceGetCount(scratch.first));
    count = scratch.firstInt();
  }

  /**
   * Starts the driver ({@code cuInit}).
   *
   * @throws DriverUnavailableException if it does not start
   */
  static CudaDevices start(Libcuda cuda) {
    int status = cuda.devices().init(0);
    if (status == ERROR_NO_DEVICE) {
      throw new DriverUnavailableException(NO_DEVICE);
    }
    if (status != Libcuda.SUCCESS) {
      throw new DriverUnavailableException(
          "%s does not start, cuInit says %s: check that nvidia-smi works, and that driver and kernel module are of one version"
              .formatted(cuda.libraryName(), cuda.status(status)));
    }
    return new CudaDevices(cuda);
  }

  Libcuda cuda() {
    return cuda;
  }

  ContextFunctions contexts() {
    return cuda.contexts();
  }

  int cudaVersion() {
    return cudaVersion;
  }

  int count() {
    return count;
  }

  /** The {@code CUdevice} of an ordinal. */
  int handle(int ordinal) {
    CallScratch scratch = CallScratch.ofThread();
    check("cuDeviceGet", cuda.devices().deviceGet(scratch.first, ordinal));
    return scratch.firstInt();
  }

  int attribute(int attribute, int device) {
    CallScratch scratch = CallScratch.ofThread();
    check(
        "cuDeviceGetAttribute",
        cuda.devices().deviceGetAttribute(scratch.first, attribute, device));
    return scratch.firstInt();
  }

  DeviceInfo info(int device) {
    CallScratch scratch = CallScratch.ofThread();
    check("cuDeviceTotalMem", cuda.devices().deviceTotalMem(scratch.first, device));
    long totalBytes = scratch.firstLong();
    return new DeviceInfo(
        "panama",
        false,
        device,
        name(device),
        attribute(COMPUTE_CAPABILITY_MAJOR, device),
        attribute(COMPUTE_CAPABILITY_MINOR, device),
        totalBytes,
        cudaVersion);
  }

  private String name(int device) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(NAME_BYTES);
      check("cuDeviceGetName", cuda.devices().deviceGetName(name, NAME_BYTES, device));
      return name.getString(0);
    }
  }

  Capabilities capabilities(int device) {
    if (attribute(MANAGED_MEMORY, device) == 0) {
      return Capabilities.none(
          "the device has no managed memory (CU_DEVICE_ATTRIBUTE_MANAGED_MEMORY is 0)");
    }
    Map<Capability, String> missing = new EnumMap<>(Capability.class);
    if (attribute(PAGEABLE_MEMORY_ACCESS, device) == 0) {
      missing.put(
          Capability.PAGEABLE_MEMORY_ACCESS,
          "the device does not read pageable host memory"
              + " (CU_DEVICE_ATTRIBUTE_PAGEABLE_MEMORY_ACCESS is 0)");
    }
    ManagedFunctions managed = cuda.managed();
    requireSymbol(missing, Capability.ADVISE, managed.hasAdvise(), "cuMemAdvise");
    requireSymbol(
        missing,
        Capability.RANGE_ATTRIBUTES,
        managed.hasRangeAttributes(),
        "cuMemRangeGetAttribute");
    requireSymbol(
        missing,
        Capability.HOST_NUMA_LOCATION,
        managed.hasAdviseAtLocation() && managed.hasPrefetchToLocation(),
        "cuMemAdvise and cuMemPrefetchAsync that take a location");
    if (missing.get(Capability.HOST_NUMA_LOCATION) == null && !hasHostNumaNodes(device)) {
      missing.put(
          Capability.HOST_NUMA_LOCATION,
          "the host has no NUMA nodes to name (CU_DEVICE_ATTRIBUTE_HOST_NUMA_ID is not set)");
    }
    requireSymbol(missing, Capability.PREFETCH, managed.hasPrefetch(), "cuMemPrefetchAsync");
    requireSymbol(
        missing, Capability.PREFETCH_TO_HOST, managed.hasPrefetch(), "cuMemPrefetchAsync");
    requireSymbol(
        missing, Capability.PREFETCH_BATCH, managed.hasPrefetchBatch(), "cuMemPrefetchBatchAsync");
    requireSymbol(missing, Capability.DISCARD, managed.hasDiscardBatch(), "cuMemDiscardBatchAsync");
    requireSymbol(
        missing,
        Capability.DISCARD_AND_PREFETCH,
        managed.hasDiscardAndPrefetchBatch(),
        "cuMemDiscardAndPrefetchBatchAsync");
    if (attribute(CONCURRENT_MANAGED_ACCESS, device) == 0) {
      String reason =
          "host and device cannot use managed memory at once, so it does not migrate on demand"
              + " (CU_DEVICE_ATTRIBUTE_CONCURRENT_MANAGED_ACCESS is 0; so it is on Windows, WSL and"
              + " some virtual GPUs)";
      missing.put(Capability.CONCURRENT_MANAGED_ACCESS, reason);
      // cuda.h 13.0 makes all of these depend on the attribute.
      missing.putIfAbsent(Capability.PREFETCH, reason);
      missing.putIfAbsent(Capability.PREFETCH_TO_HOST, reason);
      missing.putIfAbsent(Capability.PREFETCH_BATCH, reason);
      missing.putIfAbsent(Capability.DISCARD, reason);
      missing.putIfAbsent(Capability.DISCARD_AND_PREFETCH, reason);
    }
    return new Capabilities(missing);
  }

  /** A driver too old for the attribute answers with an error, one on such a host with -1. */
  private boolean hasHostNumaNodes(int device) {
    CallScratch scratch = CallScratch.ofThread();
    int status = cuda.devices().deviceGetAttribute(scratch.first, HOST_NUMA_ID, device);
    if (status == CudaStatus.INVALID_VALUE.code()) {
      return false;
    }
    check("cuDeviceGetAttribute", status);
    return scratch.firstInt() >= 0;
  }

  private void requireSymbol(
      Map<Capability, String> missing, Capability capability, boolean there, String symbol) {
    if (!there) {
      missing.put(
          capability,
          "the driver (CUDA %d.%d) has no %s"
              .formatted(cudaVersion / 1000, cudaVersion % 1000 / 10, symbol));
    }
  }

  /** Throws unless {@code status} is success. */
  void check(String call, int status) {
    if (status != Libcuda.SUCCESS) {
      CudaStatus said = cuda.status(status);
      throw DriverException.of(call, said, 0, 0);
    }
  }
}
