package io.spillway.agent;

import io.spillway.dropin.Attach;
import io.spillway.dropin.NativeCalls;
import io.spillway.dropin.PointerReader;
import java.lang.invoke.MethodHandle;
import java.util.function.IntSupplier;
import java.util.function.LongToIntFunction;
import org.jspecify.annotations.Nullable;

/** One call of a program's through the native methods of the JCuda it runs on. */
final class LinkedCalls implements NativeCalls {

  /**
   * The native methods of one of JCuda's APIs, taking objects for JCuda's classes.
   *
   * @param allocate {@code (Object, long)int}
   * @param allocateManaged {@code (Object, long, int)int}
   * @param free {@code (Object)int}
   * @param newPointer {@code ()Object}
   * @param reader reads its pointers
   * @param startsContexts whether it makes a context when it needs one, as the runtime API does
   */
  record Api(
      MethodHandle allocate,
      MethodHandle allocateManaged,
      MethodHandle free,
      MethodHandle newPointer,
      PointerReader reader,
      boolean startsContexts) {

    LinkedCalls allocating(Object pointer) {
      return new LinkedCalls(this, pointer, bytes -> allocate(pointer, bytes), () -> free(pointer));
    }

    LinkedCalls allocating(Object pointer, LongToIntFunction call) {
      return new LinkedCalls(this, pointer, call, () -> free(pointer));
    }

    LinkedCalls freeing(Object pointer, IntSupplier call) {
      return new LinkedCalls(this, pointer, bytes -> allocate(pointer, bytes), call);
    }

    Object nothing() {
      try {
        return (Object) newPointer.invokeExact();
      } catch (Throwable e) {
        throw Linker.unexpected(e);
      }
    }

    int allocate(@Nullable Object pointer, long bytes) {
      try {
        return (int) allocate.invokeExact(pointer, bytes);
      } catch (Throwable e) {
        throw Linker.unexpected(e);
      }
    }

    int allocateManaged(Object pointer, long bytes) {
      try {
        return (int) allocateManaged.invokeExact(pointer, bytes, Attach.GLOBAL);
      } catch (Throwable e) {
        throw Linker.unexpected(e);
      }
    }

    int free(@Nullable Object pointer) {
      try {
        return (int) free.invokeExact(pointer);
      } catch (Throwable e) {
        throw Linker.unexpected(e);
      }
    }
  }

  /** {@code CUDA_ERROR_OUT_OF_MEMORY} and {@code cudaErrorMemoryAllocation}. */
  private static final int OUT_OF_MEMORY = 2;

  private final Api api;
  private final Object pointer;
  private final LongToIntFunction allocation;
  private final IntSupplier release;

  private LinkedCalls(Api api, Object pointer, LongToIntFunction allocation, IntSupplier release) {
    this.api = api;
    this.pointer = pointer;
    this.allocation = allocation;
    this.release = release;
  }

  @Override
  public int allocate(long bytes) {
    return allocation.applyAsInt(bytes);
  }

  @Override
  public int allocateManaged(long bytes) {
    return api.allocateManaged(pointer, bytes);
  }

  @Override
  public int free() {
    return release.getAsInt();
  }

  @Override
  public int freeManaged() {
    return api.free(pointer);
  }

  @Override
  public long address() {
    return api.reader().address(pointer);
  }

  @Override
  public void startContext() {
    if (api.startsContexts()) {
      // Freeing nothing is the runtime's own idiom; a failure comes again with the real call.
      int ignored = api.free(api.nothing());
    }
  }

  @Override
  public int outOfMemory() {
    return OUT_OF_MEMORY;
  }
}
