package io.spillway.dropin;

import io.spillway.driver.StreamHandle;
import io.spillway.driver.jcuda.JcudaHandles;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUmemoryPool;
import jcuda.driver.CUstream;
import jcuda.driver.JCudaDriver;
import org.jspecify.annotations.Nullable;

/**
 * The allocation calls of {@link JCudaDriver}, with its signatures, results and exceptions: import
 * them from here, and what does not fit the device becomes managed memory.
 *
 * {@snippet :
 * import static io.spillway.dropin.SpillwayDriver.cuMemAlloc;
 * import static io.spillway.dropin.SpillwayDriver.cuMemFree;
 * }
 *
 * <p>The drop-in behind it is opened at the first call, from system properties, environment and
 * properties file ({@link Option}), unless one was {@linkplain Dropin#install installed} before.
 * What is allocated here may be freed through JCuda itself, and the other way round. Under the
 * agent these methods are JCuda's, which then do the same.
 *
 * <p>Pitched and pool memory is never redirected, only accounted for.
 */
@SuppressWarnings("exports") // JCuda's types, for those who have JCuda.
public final class SpillwayDriver {

  private SpillwayDriver() {}

  /** {@link JCudaDriver#cuMemAlloc}, redirected if it has to be. */
  public static int cuMemAlloc(CUdeviceptr dptr, long bytesize) {
    Dropin dropin = dropin(dptr);
    if (dropin == null) {
      return JCudaDriver.cuMemAlloc(dptr, bytesize);
    }
    DriverAttempt attempt =
        DriverAttempt.allocating(dptr, bytes -> JCudaDriver.cuMemAlloc(dptr, bytes));
    return attempt.report(dropin.allocate(attempt, bytesize));
  }

  /** {@link JCudaDriver#cuMemAllocAsync}, redirected if it has to be and is not being captured. */
  public static int cuMemAllocAsync(CUdeviceptr dptr, long bytesize, CUstream hStream) {
    Dropin dropin = dropin(dptr);
    if (dropin == null) {
      return JCudaDriver.cuMemAllocAsync(dptr, bytesize, hStream);
    }
    DriverAttempt attempt =
        DriverAttempt.allocating(dptr, bytes -> JCudaDriver.cuMemAllocAsync(dptr, bytes, hStream));
    return attempt.report(dropin.allocateAsync(attempt, bytesize, number(hStream)));
  }

  /** {@link JCudaDriver#cuMemAllocFromPoolAsync}: memory of that pool, never redirected. */
  public static int cuMemAllocFromPoolAsync(
      CUdeviceptr dptr, long bytesize, CUmemoryPool pool, CUstream hStream) {
    Dropin dropin = dropin(dptr);
    if (dropin == null) {
      return JCudaDriver.cuMemAllocFromPoolAsync(dptr, bytesize, pool, hStream);
    }
    DriverAttempt attempt =
        DriverAttempt.allocating(
            dptr, bytes -> JCudaDriver.cuMemAllocFromPoolAsync(dptr, bytes, pool, hStream));
    return attempt.report(dropin.allocateDevice(attempt, bytesize));
  }

  /** {@link JCudaDriver#cuMemAllocPitch}: the pitch is the driver's to choose, never redirected. */
  public static int cuMemAllocPitch(
      CUdeviceptr dptr, long[] pPitch, long widthInBytes, long height, int elementSizeBytes) {
    int status = JCudaDriver.cuMemAllocPitch(dptr, pPitch, widthInBytes, height, elementSizeBytes);
    Dropin dropin = dropin(dptr);
    if (status == ServedCalls.SUCCESS && dropin != null) {
      dropin.adopt(
          DriverAttempt.freeing(dptr, JCudaDriver::cuMemFree), Pitch.bytes(pPitch, height));
    }
    return status;
  }

  /** {@link JCudaDriver#cuMemAllocManaged}, accounted for. */
  public static int cuMemAllocManaged(CUdeviceptr dptr, long bytesize, int flags) {
    Dropin dropin = dropin(dptr);
    if (dropin == null || !Attach.global(flags)) {
      return JCudaDriver.cuMemAllocManaged(dptr, bytesize, flags);
    }
    DriverAttempt attempt =
        DriverAttempt.allocating(dptr, bytes -> JCudaDriver.cuMemAlloc(dptr, bytes));
    return attempt.report(dropin.allocateManaged(attempt, bytesize));
  }

  /** {@link JCudaDriver#cuMemFree}, of memory of any kind. */
  public static int cuMemFree(CUdeviceptr dptr) {
    Dropin dropin = dropin(dptr);
    if (dropin == null) {
      return JCudaDriver.cuMemFree(dptr);
    }
    DriverAttempt attempt = DriverAttempt.freeing(dptr, JCudaDriver::cuMemFree);
    return attempt.report(dropin.free(attempt));
  }

  /**
   * {@link JCudaDriver#cuMemFreeAsync}; redirected memory is freed once the device is done with all
   * work given to it so far, which the stream's own is part of.
   */
  public static int cuMemFreeAsync(CUdeviceptr dptr, CUstream hStream) {
    Dropin dropin = dropin(dptr);
    if (dropin == null) {
      return JCudaDriver.cuMemFreeAsync(dptr, hStream);
    }
    DriverAttempt attempt =
        DriverAttempt.freeing(dptr, pointer -> JCudaDriver.cuMemFreeAsync(pointer, hStream));
    return attempt.report(dropin.free(attempt));
  }

  /** {@link JCudaDriver#cuMemGetInfo}, or what {@link Option#REPORT_BUDGET} wants told. */
  public static int cuMemGetInfo(long[] free, long[] total) {
    int status = JCudaDriver.cuMemGetInfo(free, total);
    Dropin dropin = dropin(free);
    if (status == ServedCalls.SUCCESS && dropin != null) {
      CUdeviceptr none = new CUdeviceptr();
      dropin.reportMemory(DriverAttempt.freeing(none, JCudaDriver::cuMemFree), free, total);
    }
    return status;
  }

  /** {@link JCudaDriver#cuMemGetAddressRange}, with the size that was asked for. */
  public static int cuMemGetAddressRange(CUdeviceptr pbase, long[] psize, CUdeviceptr dptr) {
    int status = JCudaDriver.cuMemGetAddressRange(pbase, psize, dptr);
    Dropin dropin = dropin(dptr);
    if (status == ServedCalls.SUCCESS && dropin != null && psize != null) {
      long asked = dropin.redirectedBytes(JcudaHandles.address(dptr));
      if (asked > 0) {
        psize[0] = asked;
      }
    }
    return status;
  }

  /** Null where JCuda is to be called as it is: under the agent, or to complain of a null. */
  private static @Nullable Dropin dropin(@Nullable Object argument) {
    if (argument == null) {
      return null;
    }
    Dropin dropin = Dropin.publishedOrOpened();
    return dropin.underAgent() ? null : dropin;
  }

  private static long number(@Nullable CUstream stream) {
    return stream == null ? StreamHandle.DEFAULT.value() : JcudaHandles.stream(stream).value();
  }
}
