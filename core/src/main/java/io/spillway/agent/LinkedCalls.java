package io.spillway.agent;

import io.spillway.dropin.NativeCalls;

/**
 * One call of a program's through the native methods of the JCuda it runs on. As it is, an
 * allocation or a free of the simplest form; others say how they are made.
 */
class LinkedCalls implements NativeCalls {

  /** {@code CUDA_ERROR_OUT_OF_MEMORY} and {@code cudaErrorMemoryAllocation}. */
  private static final int OUT_OF_MEMORY = 2;

  private final LinkedApi api;
  private final Object pointer;

  LinkedCalls(LinkedApi api, Object pointer) {
    this.api = api;
    this.pointer = pointer;
  }

  @Override
  public int allocate(long bytes) {
    return api.allocate(pointer, bytes);
  }

  @Override
  public final int allocateManaged(long bytes) {
    return api.rare().allocateManaged(pointer, bytes);
  }

  @Override
  public int free() {
    return api.free(pointer);
  }

  @Override
  public final int freeManaged() {
    return api.free(pointer);
  }

  @Override
  public final long address() {
    return api.reader().address(pointer);
  }

  @Override
  public final void startContext() {
    api.startContext();
  }

  @Override
  public final int deviceCount() {
    int[] count = {0};
    return api.deviceCount(count) == 0 ? count[0] : 0;
  }

  @Override
  public final int memoryInfo(long[] free, long[] total) {
    return api.memoryInfo(free, total);
  }

  @Override
  public final int outOfMemory() {
    return OUT_OF_MEMORY;
  }
}
