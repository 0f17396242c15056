package io.spillway.samples.jcuda;

import static jcuda.driver.JCudaDriver.cuMemcpyHtoD;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUfunction;

/**
 * Launches over and over the same small vectors, and prints how long the first 10 launches, the
 * first 100 and the last 100 took, in milliseconds and with the wait for the device at their end.
 * What the first ones take beyond the last is not the data's: it is the price of starting.
 */
public final class FirstLaunches {

  /** Of three vectors each, of a size that is redirected. */
  private static final int PARTS = 12;

  private static final int VECTOR_BYTES = 2 << 20;

  private static final int FEW = 10;
  private static final int MANY = 100;
  private static final int LAUNCHES = 1000;

  private FirstLaunches() {}

  private record Part(CUdeviceptr left, CUdeviceptr right, CUdeviceptr sum) {}

  /** Takes no arguments. */
  @SuppressWarnings("SystemOut") // A program's result.
  public static void main(String[] arguments) {
    System.out.println(times());
  }

  /** The three times. */
  static String times() {
    long[] nanos = new long[LAUNCHES + 1];
    try (Kernels kernels = Kernels.load("vector_add.ptx");
        DeviceMemory memory = new DeviceMemory()) {
      CUfunction add = kernels.function("vector_add");
      List<Part> parts = new ArrayList<>();
      for (int i = 0; i < PARTS; i++) {
        parts.add(new Part(filled(memory), filled(memory), memory.allocate(VECTOR_BYTES)));
      }
      nanos[0] = System.nanoTime();
      for (int i = 0; i < LAUNCHES; i++) {
        Part part = parts.get(i % PARTS);
        Kernels.launch(
            add,
            Pointer.to(part.left()),
            Pointer.to(part.right()),
            Pointer.to(part.sum()),
            Pointer.to(new long[] {VECTOR_BYTES / Integer.BYTES}));
        if (i + 1 == FEW || i + 1 == MANY || i + 1 == LAUNCHES - MANY || i + 1 == LAUNCHES) {
          Kernels.await();
        }
        nanos[i + 1] = System.nanoTime();
      }
    }
    return String.format(
        Locale.ROOT,
        "%.3f %.3f %.3f",
        (nanos[FEW] - nanos[0]) / 1e6,
        (nanos[MANY] - nanos[0]) / 1e6,
        (nanos[LAUNCHES] - nanos[LAUNCHES - MANY]) / 1e6);
  }

  private static CUdeviceptr filled(DeviceMemory memory) {
    CUdeviceptr vector = memory.allocate(VECTOR_BYTES);
    cuMemcpyHtoD(vector, Pointer.to(new int[VECTOR_BYTES / Integer.BYTES]), VECTOR_BYTES);
    return vector;
  }
}
