package io.spillway.samples.jcuda;

import static jcuda.driver.JCudaDriver.cuCtxCreate;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuMemAlloc;
import static jcuda.driver.JCudaDriver.cuMemFree;
import static jcuda.driver.JCudaDriver.cuMemcpyDtoH;
import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;

import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.JCudaDriver;

/**
 * The least a JCuda program does: it allocates, copies there and back, and frees. What of its time
 * is not the JVM's and CUDA's is the price of starting Spillway.
 */
public final class AllocateCopyFree {

  /** 64 MiB, so that the redirect rule has to ask how much memory is free. */
  private static final int ALLOCATED_BYTES = 64 << 20;

  private static final int COPIED = 1024;

  private AllocateCopyFree() {}

  /** Prints {@code ok}; or what it is given, and then leaves JCuda alone. */
  @SuppressWarnings("SystemOut") // A program's result.
  public static void main(String[] arguments) {
    if (arguments.length > 0) {
      System.out.println(String.join(" ", arguments));
      return;
    }
    JCudaDriver.setExceptionsEnabled(true);
    cuInit(0);
    CUdevice device = new CUdevice();
    cuDeviceGet(device, 0);
    cuCtxCreate(new CUcontext(), 0, device);
    int[] in = new int[COPIED];
    Arrays.setAll(in, i -> i * i);
    int[] out = new int[COPIED];
    CUdeviceptr pointer = new CUdeviceptr();
    cuMemAlloc(pointer, ALLOCATED_BYTES);
    cuMemcpyHtoD(pointer, Pointer.to(in), (long) COPIED * Integer.BYTES);
    cuMemcpyDtoH(Pointer.to(out), pointer, (long) COPIED * Integer.BYTES);
    cuMemFree(pointer);
    if (!Arrays.equals(in, out)) {
      throw new IllegalStateException("what was copied back is not what was copied there");
    }
    System.out.println("ok");
  }
}
