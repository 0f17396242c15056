package io.spillway.dropin;

import java.util.Map;
import java.util.function.LongToIntFunction;
import java.util.function.ToIntFunction;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemAttach_flags;
import jcuda.driver.CUresult;
import jcuda.driver.JCudaDriver;

/** A call of the driver API. */
final class DriverAttempt extends JcudaAttempt {

  private static final Map<String, Integer> CODES = codes(CUresult::stringFor);

  private final CUdeviceptr pointer;
  private final LongToIntFunction allocation;
  private final ToIntFunction<CUdeviceptr> release;

  private DriverAttempt(
      CUdeviceptr pointer, LongToIntFunction allocation, ToIntFunction<CUdeviceptr> release) {
    super(pointer);
    this.pointer = pointer;
    this.allocation = allocation;
    this.release = release;
  }

  /** An allocation, made by {@code call} of the size it is given. */
  static DriverAttempt allocating(CUdeviceptr pointer, LongToIntFunction call) {
    return new DriverAttempt(pointer, call, JCudaDriver::cuMemFree);
  }

  /** A free, done by {@code call}. */
  static DriverAttempt freeing(CUdeviceptr pointer, ToIntFunction<CUdeviceptr> call) {
    return new DriverAttempt(pointer, bytes -> JCudaDriver.cuMemAlloc(pointer, bytes), call);
  }

  @Override
  public int allocate(long bytes) {
    return attempt(() -> allocation.applyAsInt(bytes));
  }

  @Override
  public int allocateManaged(long bytes) {
    return attempt(
        () ->
            JCudaDriver.cuMemAllocManaged(pointer, bytes, CUmemAttach_flags.CU_MEM_ATTACH_GLOBAL));
  }

  @Override
  public int free() {
    return attempt(() -> release.applyAsInt(pointer));
  }

  @Override
  public int freeManaged() {
    return attempt(() -> JCudaDriver.cuMemFree(pointer));
  }

  @Override
  public void startContext() {
    // The driver API leaves contexts to the program, and fails without one.
  }

  @Override
  public int deviceCount() {
    int[] count = {0};
    return attempt(() -> JCudaDriver.cuDeviceGetCount(count)) == ServedCalls.SUCCESS ? count[0] : 0;
  }

  @Override
  public int memoryInfo(long[] free, long[] total) {
    return attempt(() -> JCudaDriver.cuMemGetInfo(free, total));
  }

  @Override
  public int outOfMemory() {
    // More than any device has: JCuda then fails as it would, in the way the program chose.
    return attempt(() -> JCudaDriver.cuMemAlloc(new CUdeviceptr(), Long.MAX_VALUE));
  }

  @Override
  int code(String name) {
    return code(CODES, name);
  }
}
