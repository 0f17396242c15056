package io.spillway.dropin;

import jcuda.Pointer;
import jcuda.runtime.JCuda;
import org.jspecify.annotations.Nullable;

/**
 * The allocation calls of {@link JCuda}, with its signatures, results and exceptions: the runtime
 * API's counterpart of {@link SpillwayDriver}, on the same drop-in. JCuda 12.6 has no
 * stream-ordered allocation in the runtime API, so there is none here.
 */
@SuppressWarnings("exports") // JCuda's types, for those who have JCuda.
public final class SpillwayRuntime {

  private SpillwayRuntime() {}

  /** {@link JCuda#cudaMalloc}, redirected if it has to be. */
  public static int cudaMalloc(Pointer devPtr, long size) {
    Dropin dropin = dropin(devPtr);
    if (dropin == null) {
      return JCuda.cudaMalloc(devPtr, size);
    }
    RuntimeAttempt attempt =
        RuntimeAttempt.allocating(devPtr, bytes -> JCuda.cudaMalloc(devPtr, bytes));
    return attempt.report(dropin.allocate(attempt, size));
  }

  /** {@link JCuda#cudaMallocPitch}: the pitch is the driver's to choose, never redirected. */
  public static int cudaMallocPitch(Pointer devPtr, long[] pitch, long width, long height) {
    int status = JCuda.cudaMallocPitch(devPtr, pitch, width, height);
    Dropin dropin = dropin(devPtr);
    if (status == ServedCalls.SUCCESS && dropin != null) {
      dropin.adopt(RuntimeAttempt.freeing(devPtr, JCuda::cudaFree), Pitch.bytes(pitch, height));
    }
    return status;
  }

  /** {@link JCuda#cudaMallocManaged}, accounted for. */
  public static int cudaMallocManaged(Pointer devPtr, long size, int flags) {
    Dropin dropin = dropin(devPtr);
    if (dropin == null || !Attach.global(flags)) {
      return JCuda.cudaMallocManaged(devPtr, size, flags);
    }
    RuntimeAttempt attempt =
        RuntimeAttempt.allocating(devPtr, bytes -> JCuda.cudaMalloc(devPtr, bytes));
    return attempt.report(dropin.allocateManaged(attempt, size));
  }

  /** {@link JCuda#cudaFree}, of memory of any kind. */
  public static int cudaFree(Pointer devPtr) {
    Dropin dropin = dropin(devPtr);
    if (dropin == null) {
      return JCuda.cudaFree(devPtr);
    }
    RuntimeAttempt attempt = RuntimeAttempt.freeing(devPtr, JCuda::cudaFree);
    return attempt.report(dropin.free(attempt));
  }

  /** {@link JCuda#cudaMemGetInfo}, or what {@link Option#REPORT_BUDGET} wants told. */
  public static int cudaMemGetInfo(long[] free, long[] total) {
    int status = JCuda.cudaMemGetInfo(free, total);
    Dropin dropin = dropin(free);
    if (status == ServedCalls.SUCCESS && dropin != null) {
      Pointer none = new Pointer();
      dropin.reportMemory(RuntimeAttempt.freeing(none, JCuda::cudaFree), free, total);
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
}
