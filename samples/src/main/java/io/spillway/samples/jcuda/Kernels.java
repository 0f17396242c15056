package io.spillway.samples.jcuda;

import static jcuda.driver.JCudaDriver.cuCtxSetCurrent;
import static jcuda.driver.JCudaDriver.cuCtxSynchronize;
import static jcuda.driver.JCudaDriver.cuDeviceGet;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRelease;
import static jcuda.driver.JCudaDriver.cuDevicePrimaryCtxRetain;
import static jcuda.driver.JCudaDriver.cuInit;
import static jcuda.driver.JCudaDriver.cuLaunchKernel;
import static jcuda.driver.JCudaDriver.cuModuleGetFunction;
import static jcuda.driver.JCudaDriver.cuModuleLoadData;
import static jcuda.driver.JCudaDriver.cuModuleUnload;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/**
 * A PTX module in the primary context of the first GPU, which is the one the runtime API uses too.
 */
final class Kernels implements AutoCloseable {

  /** Threads of a block. */
  static final int BLOCK_THREADS = 256;

  /** Blocks of a launch: more than any GPU runs at once. Kernels step over their data with it. */
  static final int BLOCKS = 2048;

  private final CUdevice device = new CUdevice();
  private final CUmodule module = new CUmodule();

  private Kernels(byte[] ptx) {
    JCudaDriver.setExceptionsEnabled(true);
    cuInit(0);
    cuDeviceGet(device, 0);
    CUcontext context = new CUcontext();
    cuDevicePrimaryCtxRetain(context, device);
    cuCtxSetCurrent(context);
    // PTX is text that ends in a zero.
    cuModuleLoadData(module, Arrays.copyOf(ptx, ptx.length + 1));
  }

  /** Loads a PTX file that lies beside this class. From then on failures of calls are thrown. */
  static Kernels load(String name) {
    try (InputStream stream = Kernels.class.getResourceAsStream(name)) {
      if (stream == null) {
        throw new IllegalStateException(name + " is not beside " + Kernels.class.getName());
      }
      return new Kernels(stream.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  CUfunction function(String name) {
    CUfunction function = new CUfunction();
    cuModuleGetFunction(function, module, name);
    return function;
  }

  /** Starts a kernel in the default stream. */
  static void launch(CUfunction function, Pointer... arguments) {
    cuLaunchKernel(
        function, BLOCKS, 1, 1, BLOCK_THREADS, 1, 1, 0, null, Pointer.to(arguments), null);
  }

  /** Waits until all kernels are done. */
  static void await() {
    cuCtxSynchronize();
  }

  @Override
  public void close() {
    cuModuleUnload(module);
    cuDevicePrimaryCtxRelease(device);
  }
}
