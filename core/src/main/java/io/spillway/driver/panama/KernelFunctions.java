package io.spillway.driver.panama;

import java.lang.foreign.MemorySegment;

/**
 * The driver's functions that load kernels and launch them; all are optional, and not to be called
 * unless {@link #hasKernels}. {@link Libcuda} says what they have in common.
 */
final class KernelFunctions {

  private final MemorySegment moduleLoadDataEx;
  private final MemorySegment moduleUnload;
  private final MemorySegment moduleGetFunction;
  private final MemorySegment launchKernel;

  KernelFunctions(CudaSymbols symbols) {
    moduleLoadDataEx = symbols.exported("cuModuleLoadDataEx");
    moduleUnload = symbols.exported("cuModuleUnload");
    moduleGetFunction = symbols.exported("cuModuleGetFunction");
    launchKernel = symbols.exported("cuLaunchKernel");
  }

  boolean hasKernels() {
    return CudaSymbols.found(moduleLoadDataEx)
        && CudaSymbols.found(moduleUnload)
        && CudaSymbols.found(moduleGetFunction)
        && CudaSymbols.found(launchKernel);
  }

  int moduleLoadDataEx(
      MemorySegment module,
      MemorySegment image,
      int optionCount,
      MemorySegment options,
      MemorySegment optionValues) {
    try {
      return (int)
          CallShapes.AAIAA.CALL.invokeExact(
              moduleLoadDataEx, module, image, optionCount, options, optionValues);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int moduleUnload(long module) {
    try {
      return (int) CallShapes.J.CALL.invokeExact(moduleUnload, module);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int moduleGetFunction(MemorySegment function, long module, MemorySegment name) {
    try {
      return (int) CallShapes.AJA.CALL.invokeExact(moduleGetFunction, function, module, name);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }

  int launchKernel(
      long function,
      int gridX,
      int gridY,
      int gridZ,
      int blockX,
      int blockY,
      int blockZ,
      int sharedBytes,
      long stream,
      MemorySegment parameters) {
    try {
      return (int)
          CallShapes.LAUNCH.CALL.invokeExact(
              launchKernel,
              function,
              gridX,
              gridY,
              gridZ,
              blockX,
              blockY,
              blockZ,
              sharedBytes,
              stream,
              parameters,
              MemorySegment.NULL);
    } catch (Throwable e) {
      throw CallShapes.broken(e);
    }
  }
}
