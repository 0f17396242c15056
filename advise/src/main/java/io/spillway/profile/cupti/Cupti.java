package io.spillway.profile.cupti;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.List;

/**
 * CUPTI's functions, one method each, named as in cupti_activity.h 13.0 and returning their {@code
 * CUptiResult}. Safe for use by any thread, as CUPTI is.
 */
final class Cupti {

  /** {@code CUPTI_SUCCESS}, cupti_result.h 13.0. */
  static final int SUCCESS = 0;

  /** {@code CUPTI_ERROR_MAX_LIMIT_REACHED}: a buffer has no more records. */
  static final int MAX_LIMIT_REACHED = 12;

  /** {@code CUPTI_ACTIVITY_FLAG_FLUSH_FORCED}: buffers with unfinished records are returned too. */
  static final int FLUSH_FORCED = 1;

  /** {@code CUPTI_EXTERNAL_CORRELATION_KIND_CUSTOM0}: reserved for tools. */
  static final int CORRELATION_CUSTOM0 = 3;

  /** {@code CUPTI_ACTIVITY_ATTR_ZEROED_OUT_ACTIVITY_BUFFER}: the client zeroes its buffers. */
  static final int ATTRIBUTE_ZEROED_BUFFERS = 5;

  private static final Linker LINKER = Linker.nativeLinker();
  private static final MethodHandle I = shape(JAVA_INT);
  private static final MethodHandle A = shape(ADDRESS);
  private static final MethodHandle AA = shape(ADDRESS, ADDRESS);
  private static final MethodHandle AI = shape(ADDRESS, JAVA_INT);
  private static final MethodHandle IA = shape(JAVA_INT, ADDRESS);
  private static final MethodHandle IJ = shape(JAVA_INT, JAVA_LONG);
  private static final MethodHandle IAA = shape(JAVA_INT, ADDRESS, ADDRESS);
  private static final MethodHandle AJA = shape(ADDRESS, JAVA_LONG, ADDRESS);
  private static final MethodHandle JIA = shape(JAVA_LONG, JAVA_INT, ADDRESS);

  /** A returned C string; unbounded, because only its terminator says where it ends. */
  @SuppressWarnings("restricted") // Only read as a C string.
  private static final AddressLayout C_STRING =
      ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(Long.MAX_VALUE, JAVA_BYTE));

  private final CuptiLibrary library;
  private final MemorySegment getVersion;
  private final MemorySegment getResultString;
  private final MemorySegment getTimestamp;
  private final MemorySegment registerCallbacks;
  private final MemorySegment configureUnifiedMemoryCounter;
  private final MemorySegment enable;
  private final MemorySegment disable;
  private final MemorySegment setAttribute;
  private final MemorySegment flushAll;
  private final MemorySegment getNextRecord;
  private final MemorySegment getNumDroppedRecords;
  private final MemorySegment pushExternalCorrelationId;
  private final MemorySegment popExternalCorrelationId;

  /**
   * Resolves every function.
   *
   * @throws CuptiUnavailableException if the library lacks one that CUDA 11.0 already had
   */
  Cupti(CuptiLibrary library) {
    this.library = library;
    List<String> missing = new ArrayList<>();
    getVersion = required("cuptiGetVersion", missing);
    getResultString = required("cuptiGetResultString", missing);
    getTimestamp = required("cuptiGetTimestamp", missing);
    registerCallbacks = required("cuptiActivityRegisterCallbacks", missing);
    configureUnifiedMemoryCounter = required("cuptiActivityConfigureUnifiedMemoryCounter", missing);
    enable = required("cuptiActivityEnable", missing);
    disable = required("cuptiActivityDisable", missing);
    setAttribute = required("cuptiActivitySetAttribute", missing);
    flushAll = required("cuptiActivityFlushAll", missing);
    getNextRecord = required("cuptiActivityGetNextRecord", missing);
    getNumDroppedRecords = required("cuptiActivityGetNumDroppedRecords", missing);
    pushExternalCorrelationId = required("cuptiActivityPushExternalCorrelationId", missing);
    popExternalCorrelationId = required("cuptiActivityPopExternalCorrelationId", missing);
    if (!missing.isEmpty()) {
      throw new CuptiUnavailableException(
          "%s lacks %s: CUDA 11.0's CUPTI or a newer one is needed"
              .formatted(library.name(), String.join(", ", missing)));
    }
  }

  private MemorySegment required(String symbol, List<String> missing) {
    MemorySegment found = library.exported(symbol);
    if (found.address() == 0) {
      missing.add(symbol);
    }
    return found;
  }

  @SuppressWarnings("restricted") // Calling CUPTI is what this class is for.
  private static MethodHandle shape(MemoryLayout... arguments) {
    return LINKER.downcallHandle(FunctionDescriptor.of(JAVA_INT, arguments));
  }

  /** A downcall that threw: a wrong descriptor, a bug here, never something CUPTI said. */
  private static Error broken(Throwable e) {
    if (e instanceof RuntimeException failure) {
      throw failure;
    }
    if (e instanceof Error error) {
      throw error;
    }
    return new AssertionError("downcall failed", e);
  }

  String libraryName() {
    return library.name();
  }

  /** The name of a status, such as {@code CUPTI_ERROR_INSUFFICIENT_PRIVILEGES}. */
  String resultString(int status) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocate(ADDRESS);
      int result = getResultString(status, name);
      MemorySegment text = name.get(C_STRING, 0);
      return result == SUCCESS && text.address() != 0 ? text.getString(0) : "CUptiResult " + status;
    }
  }

  private int getResultString(int status, MemorySegment name) {
    try {
      return (int) IA.invokeExact(getResultString, status, name);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int getVersion(MemorySegment version) {
    try {
      return (int) A.invokeExact(getVersion, version);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int getTimestamp(MemorySegment nanos) {
    try {
      return (int) A.invokeExact(getTimestamp, nanos);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int registerCallbacks(MemorySegment requested, MemorySegment completed) {
    try {
      return (int) AA.invokeExact(registerCallbacks, requested, completed);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int configureUnifiedMemoryCounter(MemorySegment configurations, int count) {
    try {
      return (int) AI.invokeExact(configureUnifiedMemoryCounter, configurations, count);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int enable(ActivityKind kind) {
    try {
      return (int) I.invokeExact(enable, kind.code());
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int disable(ActivityKind kind) {
    try {
      return (int) I.invokeExact(disable, kind.code());
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int setAttribute(int attribute, MemorySegment valueBytes, MemorySegment value) {
    try {
      return (int) IAA.invokeExact(setAttribute, attribute, valueBytes, value);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int flushAll(int flag) {
    try {
      return (int) I.invokeExact(flushAll, flag);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int getNextRecord(MemorySegment buffer, long validBytes, MemorySegment record) {
    try {
      return (int) AJA.invokeExact(getNextRecord, buffer, validBytes, record);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int getNumDroppedRecords(long context, int stream, MemorySegment dropped) {
    try {
      return (int) JIA.invokeExact(getNumDroppedRecords, context, stream, dropped);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int pushExternalCorrelationId(int kind, long id) {
    try {
      return (int) IJ.invokeExact(pushExternalCorrelationId, kind, id);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  int popExternalCorrelationId(int kind, MemorySegment lastId) {
    try {
      return (int) IA.invokeExact(popExternalCorrelationId, kind, lastId);
    } catch (Throwable e) {
      throw broken(e);
    }
  }
}
