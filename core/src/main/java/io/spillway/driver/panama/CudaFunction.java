package io.spillway.driver.panama;

import io.spillway.driver.DriverException;
import io.spillway.driver.StreamHandle;

/** A kernel of a {@link CudaModule}, valid as long as that is open. Safe for use by any thread. */
public final class CudaFunction {

  private final ContextCalls calls;
  private final KernelFunctions kernels;
  private final String name;
  private final long function;

  CudaFunction(ContextCalls calls, String name, long function) {
    this.calls = calls;
    this.kernels = calls.cuda().kernels();
    this.name = name;
    this.function = function;
  }

  /** The name it was looked up by. */
  public String name() {
    return name;
  }

  /**
   * Launches the kernel in {@code stream} and returns without waiting for it.
   *
   * @param arguments one for each parameter, of its size: the driver reads as many as the kernel
   *     declares, and cannot check them
   * @throws DriverException if the driver refuses the launch, or an earlier one failed meanwhile
   */
  public void launch(LaunchGeometry geometry, StreamHandle stream, KernelArguments arguments) {
    try (var _ = calls.enter()) {
      calls.check(
          "cuLaunchKernel",
          kernels.launchKernel(
              function,
              geometry.gridX(),
              geometry.gridY(),
              geometry.gridZ(),
              geometry.blockX(),
              geometry.blockY(),
              geometry.blockZ(),
              geometry.sharedBytes(),
              stream.value(),
              arguments.toNative()),
          0,
          0);
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
