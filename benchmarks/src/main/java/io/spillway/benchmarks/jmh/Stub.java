package io.spillway.benchmarks.jmh;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import jcuda.NativePointerObject;
import jcuda.Pointer;
import jcuda.driver.CUcontext;
import jcuda.driver.CUdevice;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/** JCuda on the stub driver, its calls idle: what is measured is the way there. */
final class Stub {

  private static final int ARGUMENTS = 8;

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

  /** A kernel that reads through all of its parameters but the last, and writes through that. */
  private static String text() {
    StringBuilder parameters = new StringBuilder();
    StringBuilder body = new StringBuilder();
    for (int i = 0; i < ARGUMENTS; i++) {
      parameters.append(i == 0 ? "" : ", ").append(".param .u64 p").append(i);
      body.append("ld.param.u64 %rd0, [p").append(i).append("];\n");
      body.append(
          i < ARGUMENTS - 1 ? "ld.global.u32 %r0, [%rd0];\n" : "st.global.u32 [%rd0], %r0;\n");
    }
    return """
    .version 7.0
    .target sm_70
    .address_size 64
    .visible .entry kernel(%s)
    {
    .reg .b32 %%r<1>; .reg .b64 %%rd<1>;
    %s
    ret;
    }
    """
        .formatted(parameters, body);
  }

  /** That kernel. */
  static CUfunction function() {
    CUmodule module = new CUmodule();
    check(JCudaDriver.cuModuleLoadData(module, text()));
    CUfunction function = new CUfunction();
    check(JCudaDriver.cuModuleGetFunction(function, module, "kernel"));
    return function;
  }

  /** Eight allocations, as the parameters of a kernel. */
  static Pointer pointers() {
    return pointers(1).getFirst();
  }

  /** The same eight allocations as the parameters of a kernel, in so many orders. */
  static List<Pointer> pointers(int orders) {
    List<NativePointerObject> pointers = new ArrayList<>();
    for (int i = 0; i < ARGUMENTS; i++) {
      CUdeviceptr pointer = new CUdeviceptr();
      check(JCudaDriver.cuMemAlloc(pointer, 1 << 20));
      pointers.add(Pointer.to(pointer));
    }
    List<Pointer> parameters = new ArrayList<>();
    Random random = new Random(orders);
    for (int i = 0; i < orders; i++) {
      parameters.add(Pointer.to(pointers.toArray(NativePointerObject[]::new)));
      Collections.shuffle(pointers, random);
    }
    return parameters;
  }

  /** Launches {@code function}. */
  static int launch(CUfunction function, Pointer parameters) {
    return JCudaDriver.cuLaunchKernel(function, 1, 1, 1, 256, 1, 1, 0, null, parameters, null);
  }

  /** Throws unless {@code status} is success. */
  static void check(int status) {
    if (status != 0) {
      throw new IllegalStateException("CUDA error " + status);
    }
  }
}
