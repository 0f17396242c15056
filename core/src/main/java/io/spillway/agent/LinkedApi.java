package io.spillway.agent;

import io.spillway.dropin.Attach;
import io.spillway.dropin.PointerReader;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The native methods of one of JCuda's APIs, taking objects for JCuda's classes. There is one for
 * each class of calls in the process; a record, so that the compiler takes its handles for
 * constants where it is one.
 *
 * @param allocate {@code (Object, long)int}
 * @param free {@code (Object)int}
 * @param deviceCount {@code (int[])int}
 * @param memoryInfo {@code (long[], long[])int}
 * @param reader reads its pointers
 * @param rare what few programs call
 */
record LinkedApi(
    MethodHandle allocate,
    MethodHandle free,
    MethodHandle deviceCount,
    MethodHandle memoryInfo,
    PointerReader reader,
    Rare rare) {

  /** A method of both APIs, by its name in each. */
  private enum Call {
    ALLOCATE("cuMemAllocNative", "cudaMallocNative"),
    ALLOCATE_MANAGED("cuMemAllocManagedNative", "cudaMallocManagedNative"),
    FREE("cuMemFreeNative", "cudaFreeNative"),
    DEVICE_COUNT("cuDeviceGetCountNative", "cudaGetDeviceCountNative"),
    MEMORY_INFO("cuMemGetInfoNative", "cudaMemGetInfoNative");

    private final String inDriver;
    private final String inRuntime;

    Call(String inDriver, String inRuntime) {
      this.inDriver = inDriver;
      this.inRuntime = inRuntime;
    }

    MethodHandle of(MethodHandles.Lookup caller, boolean runtime, Class<?>... parameters)
        throws ReflectiveOperationException {
      return caller.findStatic(
          caller.lookupClass(),
          runtime ? inRuntime : inDriver,
          MethodType.methodType(int.class, parameters));
    }
  }

  private static final ClassValue<AtomicReference<@Nullable LinkedApi>> APIS =
      new ClassValue<>() {
        @Override
        protected AtomicReference<@Nullable LinkedApi> computeValue(Class<?> owner) {
          return new AtomicReference<>();
        }
      };

  /** The API whose class the caller is. */
  static LinkedApi of(MethodHandles.Lookup caller) throws ReflectiveOperationException {
    AtomicReference<@Nullable LinkedApi> known = APIS.get(caller.lookupClass());
    LinkedApi api = known.get();
    if (api != null) {
      return api;
    }
    LinkedApi made = make(caller);
    LinkedApi first = known.compareAndExchange(null, made);
    return first == null ? made : first;
  }

  private static LinkedApi make(MethodHandles.Lookup caller) throws ReflectiveOperationException {
    boolean runtime =
        caller.lookupClass().getName().replace('.', '/').equals(JcudaShape.RUNTIME.className());
    Class<?> pointer = caller.findClass(runtime ? "jcuda.Pointer" : "jcuda.driver.CUdeviceptr");
    return new LinkedApi(
        Linker.erased(Call.ALLOCATE.of(caller, runtime, pointer, long.class)),
        Linker.erased(Call.FREE.of(caller, runtime, pointer)),
        Call.DEVICE_COUNT.of(caller, runtime, int[].class),
        Call.MEMORY_INFO.of(caller, runtime, long[].class, long[].class),
        PointerReader.of(caller),
        new Rare(caller, pointer, runtime));
  }

  /** Makes a context, if that is the API's way. */
  void startContext() {
    if (rare.runtime) {
      // Freeing nothing is the runtime's own idiom; a failure comes again with the real call.
      int ignored = free(rare.newPointer());
    }
  }

  int allocate(@Nullable Object pointer, long bytes) {
    try {
      return (int) allocate.invokeExact(pointer, bytes);
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

  int deviceCount(int[] count) {
    try {
      return (int) deviceCount.invokeExact(count);
    } catch (Throwable e) {
      throw Linker.unexpected(e);
    }
  }

  int memoryInfo(long[] free, long[] total) {
    try {
      return (int) memoryInfo.invokeExact(free, total);
    } catch (Throwable e) {
      throw Linker.unexpected(e);
    }
  }

  /** Handles that are made when they are first needed: most programs never do. */
  static final class Rare {
    private final MethodHandles.Lookup caller;
    private final Class<?> pointer;
    private final boolean runtime;

    private final AtomicReference<@Nullable MethodHandle> allocateManaged = new AtomicReference<>();

    private Rare(MethodHandles.Lookup caller, Class<?> pointer, boolean runtime) {
      this.caller = caller;
      this.pointer = pointer;
      this.runtime = runtime;
    }

    /** A pointer to nothing. */
    Object newPointer() {
      try {
        return caller
            .findConstructor(pointer, MethodType.methodType(void.class))
            .asType(MethodType.methodType(Object.class))
            .invokeExact();
      } catch (Throwable e) {
        throw Linker.unexpected(e);
      }
    }

    int allocateManaged(Object target, long bytes) {
      try {
        MethodHandle handle = allocateManaged.get();
        if (handle == null) {
          handle =
              Linker.erased(
                  Call.ALLOCATE_MANAGED.of(caller, runtime, pointer, long.class, int.class));
          allocateManaged.set(handle);
        }
        return (int) handle.invokeExact(target, bytes, Attach.GLOBAL);
      } catch (Throwable e) {
        throw Linker.unexpected(e);
      }
    }
  }
}
