package io.spillway.driver.stub;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.spillway.range.AddressRange;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Assumptions;

/**
 * Control of the stub {@code libcuda.so.1} that {@code src/test/c/libcuda_stub.c} is built into.
 *
 * <p>It is the same copy of the library that the driver under test loaded: both name it {@code
 * libcuda.so.1}, and {@code LD_LIBRARY_PATH} leads to the stub. Where it leads to a real driver or
 * to nothing, {@link #assumeAvailable} skips the test and says so.
 *
 * <p>One process has one stub, so tests on it do not run in parallel.
 */
public final class StubCuda {

  /** The environment variable under which a missing stub is a failure. */
  private static final String REQUIRED = "SPILLWAY_STUB_REQUIRED";

  /** The kinds of memory in the stub's books. */
  public enum Kind {
    /** {@code cuMemAlloc}. */
    DEVICE,
    /** {@code cuMemAllocManaged}. */
    MANAGED,
    /** {@code cuMemHostAlloc}. */
    PINNED
  }

  /**
   * One live allocation.
   *
   * @param kind which of the three
   * @param range where
   * @param device the ordinal it was allocated on
   */
  public record Live(Kind kind, AddressRange range, int device) {}

  /**
   * One CUDA call, as it arrived.
   *
   * @param sequence counts all calls, from 0
   * @param name the symbol as exported, such as {@code cuMemAdvise_v2}
   * @param address what it was about, or what it returned; 0 if nothing
   * @param bytes the size it was about, 0 if none
   * @param extras up to four more numbers. Advice: advice, location type, location id. Prefetch:
   *     flags, type, id, stream. Batches: count, type, id, stream. Copies: source, 0, 0, stream
   * @param thread the kernel's id of the calling thread
   * @param result the {@code CUresult}
   */
  public record Entry(
      long sequence,
      String name,
      long address,
      long bytes,
      List<Long> extras,
      long thread,
      int result) {
    /** The name without its version suffix. */
    public String baseName() {
      return name.replaceFirst("_v[0-9]+$", "");
    }
  }

  private static final long ENTRY_BYTES = 128;
  private static final long LIVE_BYTES = 24;

  private static final Object LOADED = load();

  private final Linker linker = Linker.nativeLinker();
  private final SymbolLookup symbols;

  private StubCuda(SymbolLookup symbols) {
    this.symbols = symbols;
  }

  /** The stub, or the reason in words why it is not there. */
  private static Object load() {
    SymbolLookup symbols;
    try {
      symbols = SymbolLookup.libraryLookup("libcuda.so.1", Arena.global());
    } catch (IllegalArgumentException e) {
      return "no libcuda.so.1: the stub was not built (is there a C compiler?) or LD_LIBRARY_PATH"
          + " does not lead to it";
    }
    return symbols.find("spillway_stub_reset").isPresent()
        ? new StubCuda(symbols)
        : "libcuda.so.1 is not the stub: LD_LIBRARY_PATH does not lead to it";
  }

  /** Whether the stub is what {@code libcuda.so.1} stands for in this process. */
  public static boolean available() {
    return LOADED instanceof StubCuda;
  }

  /**
   * The stub, as it is. If it is not there, the calling test is skipped with the reason, or fails
   * where {@code SPILLWAY_STUB_REQUIRED} is set, as in continuous integration.
   */
  public static StubCuda assumeAvailable() {
    if (LOADED instanceof StubCuda stub) {
      return stub;
    }
    String reason = "needs the stub libcuda: " + LOADED;
    return System.getenv(REQUIRED) == null ? Assumptions.abort(reason) : Assertions.fail(reason);
  }

  /** The stub in its initial state; skips the calling test, with the reason, if it is not there. */
  public static StubCuda assumeFresh() {
    StubCuda stub = assumeAvailable();
    stub.reset();
    return stub;
  }

  /** Frees all memory and the calling thread's contexts, forgets plans, log and counts. */
  public void reset() {
    run("spillway_stub_reset");
  }

  /** Sets one of the keys of {@code struct configuration}, such as {@code total_bytes}. */
  public StubCuda set(String key, long value) {
    try (Arena arena = Arena.ofConfined()) {
      MethodHandle set =
          function("spillway_stub_set", FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG));
      if ((int) set.invokeExact(arena.allocateFrom(key), value) != 0) {
        throw new IllegalArgumentException("the stub has no key '" + key + "'");
      }
      return this;
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  /** Overrides a {@code CU_DEVICE_ATTRIBUTE} by its number. */
  public StubCuda setAttribute(int attribute, int value) {
    try {
      MethodHandle set =
          function(
              "spillway_stub_set_attribute", FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_INT));
      if ((int) set.invokeExact(attribute, value) != 0) {
        throw new IllegalArgumentException("no attribute has the number " + attribute);
      }
      return this;
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  /** Makes {@code cuGetProcAddress} not find a symbol, named as exported. */
  public StubCuda hide(String symbol) {
    try (Arena arena = Arena.ofConfined()) {
      function("spillway_stub_hide", FunctionDescriptor.ofVoid(ADDRESS))
          .invokeExact(arena.allocateFrom(symbol));
      return this;
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  /** Makes the {@code nth} call of a symbol from now on (1 is the next) fail, once. */
  public StubCuda fail(String symbol, long nth, int code) {
    try (Arena arena = Arena.ofConfined()) {
      function("spillway_stub_fail", FunctionDescriptor.ofVoid(ADDRESS, JAVA_LONG, JAVA_INT))
          .invokeExact(arena.allocateFrom(symbol), nth, code);
      return this;
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  /**
   * Lets calls fail by chance, the same ones for the same seed.
   *
   * @param names which symbols; all but look-ups and clean-up if there are none
   */
  public StubCuda failRandomly(long partsPerMillion, long seed, int code, String... names) {
    try (Arena arena = Arena.ofConfined()) {
      function(
              "spillway_stub_fail_randomly",
              FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_INT, ADDRESS))
          .invokeExact(partsPerMillion, seed, code, arena.allocateFrom(String.join(",", names)));
      return this;
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  /** How many planned failures have not happened yet. */
  public long failuresLeft() {
    return number("spillway_stub_failures_left");
  }

  /** Lets every call succeed again. */
  public void forgetFailures() {
    run("spillway_stub_forget_failures");
  }

  /** The calls still in the log, oldest first. */
  public List<Entry> log() {
    MethodHandle read =
        function("spillway_stub_log_entry", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
    List<Entry> entries = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entry = arena.allocate(ENTRY_BYTES, Long.BYTES);
      for (long index = 0; (int) read.invokeExact(index, entry) == 0; index++) {
        entries.add(
            new Entry(
                entry.get(JAVA_LONG, 0),
                entry.getString(68),
                entry.get(JAVA_LONG, 8),
                entry.get(JAVA_LONG, 16),
                List.of(
                    entry.get(JAVA_LONG, 24),
                    entry.get(JAVA_LONG, 32),
                    entry.get(JAVA_LONG, 40),
                    entry.get(JAVA_LONG, 48)),
                entry.get(JAVA_LONG, 56),
                entry.get(JAVA_INT, 64)));
      }
      return entries;
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  /** The calls in the log of one symbol, or of all its versions if named without a suffix. */
  public List<Entry> log(String name) {
    return log().stream().filter(e -> e.name().equals(name) || e.baseName().equals(name)).toList();
  }

  /** How many of the oldest calls the log has lost. */
  public long logDropped() {
    return number("spillway_stub_log_dropped");
  }

  /** Empties the log and starts the counts again. */
  public void clearLog() {
    run("spillway_stub_log_clear");
  }

  /** How often a symbol was called since the log was last cleared. */
  public long calls(String symbol) {
    try (Arena arena = Arena.ofConfined()) {
      return (long)
          function("spillway_stub_calls", FunctionDescriptor.of(JAVA_LONG, ADDRESS))
              .invokeExact(arena.allocateFrom(symbol));
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  /** What is allocated now, by address. */
  public List<Live> live() {
    MethodHandle read =
        function("spillway_stub_live_entry", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, ADDRESS));
    List<Live> live = new ArrayList<>();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment entry = arena.allocate(LIVE_BYTES, Long.BYTES);
      for (long index = 0; (int) read.invokeExact(index, entry) == 0; index++) {
        live.add(
            new Live(
                Kind.values()[entry.get(JAVA_INT, 16) - 1],
                new AddressRange(entry.get(JAVA_LONG, 0), entry.get(JAVA_LONG, 8)),
                entry.get(JAVA_INT, 20)));
      }
      return live;
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  /** The bytes allocated now of one kind. */
  public long liveBytes(Kind kind) {
    return live().stream().filter(l -> l.kind() == kind).mapToLong(l -> l.range().bytes()).sum();
  }

  /** How many streams exist. */
  public long liveStreams() {
    return number("spillway_stub_live_streams");
  }

  /** How many events exist. */
  public long liveEvents() {
    return number("spillway_stub_live_events");
  }

  /** How many contexts that are not a device's primary one live now. */
  public long createdContexts() {
    return number("spillway_stub_created_contexts");
  }

  /** How often the primary contexts of all devices are retained now. */
  public long retainedContexts() {
    return number("spillway_stub_retained_contexts");
  }

  private void run(String name) {
    try {
      function(name, FunctionDescriptor.ofVoid()).invokeExact();
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  private long number(String name) {
    try {
      return (long) function(name, FunctionDescriptor.of(JAVA_LONG)).invokeExact();
    } catch (Throwable e) {
      throw sneaked(e);
    }
  }

  private MethodHandle function(String name, FunctionDescriptor descriptor) {
    return linker.downcallHandle(symbols.find(name).orElseThrow(), descriptor);
  }

  /** What a method handle threw: only unchecked exceptions can come out of the stub's functions. */
  private static RuntimeException sneaked(Throwable thrown) {
    if (thrown instanceof RuntimeException runtime) {
      return runtime;
    }
    if (thrown instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(thrown);
  }
}
