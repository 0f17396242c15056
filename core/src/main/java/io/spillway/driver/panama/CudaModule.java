package io.spillway.driver.panama;

import io.spillway.driver.DriverException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Kernels loaded into a driver's context by {@link PanamaDriver#loadModule(String)}. Safe for use
 * by any thread. Close it before the driver, and when nothing it launched is running.
 */
public final class CudaModule implements AutoCloseable {

  // CUjit_option of cuda.h 13.0.
  private static final int CU_JIT_ERROR_LOG_BUFFER = 5;
  private static final int CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES = 6;

  /** Room for the first errors of a compilation; the driver cuts off the rest. */
  private static final int LOG_BYTES = 8192;

  private final ContextCalls calls;
  private final KernelFunctions kernels;
  private final long module;
  private final AtomicBoolean closed = new AtomicBoolean();

  private CudaModule(ContextCalls calls, long module) {
    this.calls = calls;
    this.kernels = calls.cuda().kernels();
    this.module = module;
  }

  static CudaModule load(ContextCalls calls, byte[] image) {
    Libcuda cuda = calls.cuda();
    CallScratch scratch = CallScratch.ofThread();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment log = arena.allocate(LOG_BYTES);
      MemorySegment options =
          arena.allocateFrom(
              ValueLayout.JAVA_INT, CU_JIT_ERROR_LOG_BUFFER, CU_JIT_ERROR_LOG_BUFFER_SIZE_BYTES);
      // An option's value sits in its void* slot, unless it is a pointer itself.
      MemorySegment values =
          arena.allocateFrom(ValueLayout.JAVA_LONG, log.address(), (long) LOG_BYTES);
      MemorySegment nativeImage = arena.allocateFrom(ValueLayout.JAVA_BYTE, image);
      try (var _ = calls.enter()) {
        int status =
            cuda.kernels().moduleLoadDataEx(scratch.first, nativeImage, 2, options, values);
        if (status != Libcuda.SUCCESS) {
          throw new ModuleLoadException(
              cuda.status(status), image.length, log.getString(0).strip());
        }
        return new CudaModule(calls, scratch.firstLong());
      }
    }
  }

  /**
   * The kernel of that name, as the image spells it: C++ names are mangled unless {@code extern
   * "C"}.
   *
   * @throws DriverException if there is none ({@code CUDA_ERROR_NOT_FOUND})
   * @throws IllegalStateException if this module is closed
   */
  public CudaFunction function(String name) {
    if (closed.get()) {
      throw new IllegalStateException("module is closed");
    }
    CallScratch scratch = CallScratch.ofThread();
    try (Arena arena = Arena.ofConfined();
        var _ = calls.enter()) {
      calls.check(
          "cuModuleGetFunction",
          kernels.moduleGetFunction(scratch.first, module, arena.allocateFrom(name)),
          0,
          0);
      return new CudaFunction(calls, name, scratch.firstLong());
    }
  }

  /** Unloads the kernels; functions of this module must not be launched again. */
  @Override
  public void close() {
    if (closed.getAndSet(true)) {
      return;
    }
    try (var _ = calls.enter()) {
      calls.check("cuModuleUnload", kernels.moduleUnload(module), 0, 0);
    }
  }
}
