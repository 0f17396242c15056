package io.spillway.samples.jcuda;

import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;

import java.util.ArrayList;
import java.util.List;
import jcuda.driver.CUdeviceptr;

/** Allocations that are freed together. */
final class DeviceMemory implements AutoCloseable {

  private final List<CUdeviceptr> allocations = new ArrayList<>();
  private long bytes;

  CUdeviceptr allocate(long size) {
    CUdeviceptr pointer = new CUdeviceptr();
    cuMemAlloc(pointer, size);
    allocations.add(pointer);
    bytes += size;
    return pointer;
  }

  /** Of all allocations. */
  long bytes() {
    return bytes;
  }

  @Override
  public void close() {
    for (CUdeviceptr pointer : allocations) {
      cuMemFree(pointer);
    }
    allocations.clear();
  }
}
