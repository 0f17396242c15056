package io.spillway.profile.cupti;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Control of the stub {@code libcupti.so.13} that {@code src/test/c/libcupti_stub.c} is built into:
 * what a test says here, CUPTI records.
 *
 * <p>One process has one stub, so tests on it do not run in parallel.
 */
public final class StubCupti {

  /** The environment variable under which a missing stub is a failure. */
  private static final String REQUIRED = "SPILLWAY_STUB_REQUIRED";

  /** {@code CUPTI_ERROR_INSUFFICIENT_PRIVILEGES}. */
  public static final int INSUFFICIENT_PRIVILEGES = 35;

  private final Linker linker = Linker.nativeLinker();
  private final SymbolLookup symbols;

  private StubCupti(Path library) {
    this.symbols = SymbolLookup.libraryLookup(library, Arena.global());
  }

  /** Where the build puts it, seen from this module's folder. */
  public static Path library() {
    return Path.of("target", "stub-cupti", "libcupti.so.13").toAbsolutePath();
  }

  /** The stub as just loaded, or the calling test is skipped, or fails where stubs are required. */
  public static StubCupti assumeFresh() {
    return assumeFresh(library());
  }

  /** The same, of another build's folder. */
  public static StubCupti assumeFresh(Path library) {
    if (!Files.isRegularFile(library)) {
      String reason = "needs the stub libcupti, which was not built (is there a C compiler?)";
      return System.getenv(REQUIRED) == null ? Assumptions.abort(reason) : Assertions.fail(reason);
    }
    StubCupti stub = new StubCupti(library);
    stub.call("spillway_cupti_reset", FunctionDescriptor.ofVoid());
    return stub;
  }

  private Object call(String name, FunctionDescriptor shape, Object... arguments) {
    MethodHandle function = linker.downcallHandle(symbols.find(name).orElseThrow(), shape);
    try {
      return function.invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new IllegalStateException(name, e);
    }
  }

  private static FunctionDescriptor nothing(MemoryLayout... arguments) {
    return FunctionDescriptor.ofVoid(arguments);
  }

  /** What {@code cuptiGetVersion} tells. */
  public StubCupti version(int api) {
    call("spillway_cupti_version", nothing(JAVA_INT), api);
    return this;
  }

  /** What {@code cuptiGetTimestamp} tells. */
  public StubCupti timestamp(long nanos) {
    call("spillway_cupti_timestamp", nothing(JAVA_LONG), nanos);
    return this;
  }

  /** From now on a call returns {@code status} where its kind is {@code argument}, -1 for any. */
  public StubCupti refuse(String function, int argument, int status) {
    try (Arena arena = Arena.ofConfined()) {
      call(
          "spillway_cupti_refuse",
          FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_INT, JAVA_INT),
          arena.allocateFrom(function),
          argument,
          status);
    }
    return this;
  }

  /** This thread launches a kernel. */
  public void launch(int correlation) {
    call("spillway_cupti_launch", nothing(JAVA_INT), correlation);
  }

  /** The kernel that was launched so has run. */
  public void kernel(int correlation, String name, long start, long end, int stream) {
    call(
        "spillway_cupti_kernel",
        nothing(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_LONG, JAVA_INT),
        correlation,
        Arena.global().allocateFrom(name),
        start,
        end,
        stream);
  }

  /** A memory counter fired; {@code kind} may be one that does not exist. */
  public void memory(
      int kind,
      long value,
      long address,
      long start,
      long end,
      int source,
      int destination,
      int flags) {
    call(
        "spillway_cupti_memory",
        nothing(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT),
        kind,
        value,
        address,
        start,
        end,
        source,
        destination,
        flags);
  }

  /** A kernel on device 0 faulted. */
  public void gpuFault(long address, int groups, long start, long end, int access) {
    memory(4, groups, address, start, end, 0, 0, access);
  }

  /** A record of a kind that nobody asked for. */
  public void marker() {
    call("spillway_cupti_marker", nothing());
  }

  /** A record that is never finished. */
  public void unfinished() {
    call("spillway_cupti_unfinished", nothing());
  }

  /** The current buffer ends here. */
  public void split() {
    call("spillway_cupti_split", nothing());
  }

  /** Gives back the buffers that ended, newest first, on a thread the JVM does not know. */
  public void deliver() {
    call("spillway_cupti_deliver", FunctionDescriptor.of(JAVA_INT));
  }

  /** How often records were flushed. */
  public long flushes(boolean forced) {
    return (long)
        call("spillway_cupti_flushes", FunctionDescriptor.of(JAVA_LONG, JAVA_INT), forced ? 1 : 0);
  }

  /** Bytes that were not zero in the buffers that were lent. */
  public long dirtyBytes() {
    return (long) call("spillway_cupti_dirty_bytes", FunctionDescriptor.of(JAVA_LONG));
  }

  /** Whether records of this kind are made. */
  public boolean enabled(int kind) {
    return (int) call("spillway_cupti_enabled", FunctionDescriptor.of(JAVA_INT, JAVA_INT), kind)
        != 0;
  }

  /** How many numbers this thread has pushed and not popped. */
  public int pushed() {
    return (int) call("spillway_cupti_pushed", FunctionDescriptor.of(JAVA_INT));
  }
}
