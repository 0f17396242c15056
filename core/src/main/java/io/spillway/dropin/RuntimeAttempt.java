package io.spillway.dropin;

import java.util.Map;
import java.util.function.LongToIntFunction;
import java.util.function.ToIntFunction;
import jcuda.Pointer;
import jcuda.runtime.JCuda;
import jcuda.runtime.cudaError;

/** A call of the runtime API. */
final class RuntimeAttempt extends JcudaAttempt {

  private static final Map<String, Integer> CODES = codes(cudaError::stringFor);

  private final Pointer pointer;
  private final LongToIntFunction allocation;
  private final ToIntFunction<Pointer> release;

  private RuntimeAttempt(
      Pointer pointer, LongToIntFunction allocation, ToIntFunction<Pointer> release) {
    super(pointer);
    this.pointer = pointer;
    this.allocation = allocation;
    this.release = release;
  }

  /** An allocation, made by {@code call} of the size it is given. */
  static RuntimeAttempt allocating(Pointer pointer, LongToIntFunction call) {
    return new RuntimeAttempt(pointer, call, JCuda::cudaFree);
  }

  /** A free, done by {@code call}. */
  static RuntimeAttempt freeing(Pointer pointer, ToIntFunction<Pointer> call) {
    return new RuntimeAttempt(pointer, bytes -> JCuda.cudaMalloc(pointer, bytes), call);
  }

  @Override
  public int allocate(long bytes) {
    return attempt(() -> allocation.applyAsInt(bytes));
  }

  @Override
  public int allocateManaged(long bytes) {
    return attempt(() -> JCuda.cudaMallocManaged(pointer, bytes, JCuda.cudaMemAttachGlobal));
  }

  @Override
  public int free() {
    return attempt(() -> release.applyAsInt(pointer));
  }

  @Override
  public int freeManaged() {
    return attempt(() -> JCuda.cudaFree(pointer));
  }

  @Override
  public void startContext() {
    // Freeing nothing is the runtime's own idiom for it; a failure comes again with the real call.
    attempt(() -> JCuda.cudaFree(new Pointer()));
  }

  @Override
  public int deviceCount() {
    int[] count = {0};
    return attempt(() -> JCuda.cudaGetDeviceCount(count)) == ServedCalls.SUCCESS ? count[0] : 0;
  }

  @Override
  public int memoryInfo(long[] free, long[] total) {
    return attempt(() -> JCuda.cudaMemGetInfo(free, total));
  }

  @Override
  public int outOfMemory() {
    // More than any device has: JCuda then fails as it would, in the way the program chose.
    return attempt(() -> JCuda.cudaMalloc(new Pointer(), Long.MAX_VALUE));
  }

  @Override
  int code(String name) {
    return code(CODES, name);
  }
}
