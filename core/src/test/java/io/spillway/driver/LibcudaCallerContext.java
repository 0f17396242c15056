package io.spillway.driver;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.util.OptionalLong;

/** Looks at, and changes, the calling thread's CUDA context, the stub libcuda's or a real one. */
public final class LibcudaCallerContext {

  private final SymbolLookup symbols = SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());

  /** The calling thread's current context, empty if it has none. */
  public OptionalLong current() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(ADDRESS);
      call("cuCtxGetCurrent", new MemoryLayout[] {ADDRESS}, context);
      long value = context.get(JAVA_LONG, 0);
      return value == 0 ? OptionalLong.empty() : OptionalLong.of(value);
    }
  }

  /** Makes a new context and makes it current on the calling thread. */
  public long enterNew() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment context = arena.allocate(ADDRESS);
      call("cuCtxCreate_v2", new MemoryLayout[] {ADDRESS, JAVA_INT, JAVA_INT}, context, 0, 0);
      return context.get(JAVA_LONG, 0);
    }
  }

  /** Destroys the context that {@link #enterNew} made. */
  public void destroy(long context) {
    call("cuCtxDestroy_v2", new MemoryLayout[] {JAVA_LONG}, context);
  }

  /** Destroys the first device's primary context, whoever has retained it. */
  public void resetPrimary() {
    call("cuDevicePrimaryCtxReset_v2", new MemoryLayout[] {JAVA_INT}, 0);
  }

  private void call(String name, MemoryLayout[] layouts, Object... arguments) {
    int status;
    try {
      status =
          (int)
              Linker.nativeLinker()
                  .downcallHandle(
                      symbols.find(name).orElseThrow(), FunctionDescriptor.of(JAVA_INT, layouts))
                  .invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(name, e);
    }
    if (status != 0) {
      throw new AssertionError(name + " returned " + status);
    }
  }
}
