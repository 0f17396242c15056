package io.spillway.benchmarks.jmh;

import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.JCudaDriver;

/** JCuda on the stub driver, its calls idle: what is measured is the way there. */
final class Stub {

  private Stub() {}

  /** Starts JCuda, and a context. */
  static void start() {
    if (!"1".equals(System.getenv("SPILLWAY_STUB_IDLE"))) {
      throw new IllegalStateException(
          "not on the stub driver: run with LD_LIBRARY_PATH=core/target/stub-cuda"
              + " SPILLWAY_STUB_IDLE=1");
    }
    check(JCudaDriver.cuInit(0));
    CUdevice device = new CUdevice();
    check(JCudaDriver.cuDeviceGet(device, 0));
    check(JCudaDriver.cuCtxCreate(new CUcontext(), 0, device));
  }

  /** Throws unless {@code status} is success. */
  static void check(int status) {
    if (status != 0) {
      throw new IllegalStateException("CUDA error " + status);
    }
  }
}
