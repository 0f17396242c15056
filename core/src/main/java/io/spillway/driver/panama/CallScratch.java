package io.spillway.driver.panama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;

/**
 * A thread's own memory for what a call writes back and for arguments passed by address, so that
 * calls allocate nothing. Contents last until the thread's next call.
 *
 * <pre>
 *  0        8        16       24         32
 *  +--------+--------+--------+----------+
 *  | context| first  | second | location |
 *  +--------+--------+--------+----------+
 * </pre>
 *
 * The context slot is apart, because entering a context happens within other calls.
 */
final class CallScratch {

  /** {@code CUmemLocation}, cuda.h 13.0: {@code struct {CUmemLocationType type; int id;}}. */
  static final StructLayout LOCATION =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_INT.withName("type"), ValueLayout.JAVA_INT.withName("id"));

  private static final long SLOT_BYTES = 8;

  private static final ThreadLocal<CallScratch> OF_THREAD =
      ThreadLocal.withInitial(CallScratch::new);

  final MemorySegment context;
  final MemorySegment first;
  final MemorySegment second;
  private final MemorySegment location;
  private MemorySegment arguments = MemorySegment.NULL;

  private CallScratch() {
    MemorySegment all = Arena.ofAuto().allocate(4 * SLOT_BYTES, SLOT_BYTES);
    context = all.asSlice(0, SLOT_BYTES);
    first = all.asSlice(SLOT_BYTES, SLOT_BYTES);
    second = all.asSlice(2 * SLOT_BYTES, SLOT_BYTES);
    location = all.asSlice(3 * SLOT_BYTES, LOCATION);
  }

  static CallScratch ofThread() {
    return OF_THREAD.get();
  }

  /** The location slot, filled. */
  MemorySegment location(int type, int id) {
    location.set(ValueLayout.JAVA_INT, 0, type);
    location.set(ValueLayout.JAVA_INT, 4, id);
    return location;
  }

  /**
   * {@code values} laid out as {@code cuLaunchKernel} wants its parameters: an array of pointers,
   * each to one value. A value narrower than 8 bytes sits in its slot's low bytes, which come first
   * on every platform CUDA runs on.
   */
  MemorySegment kernelParameters(long[] values) {
    long bytes = 2 * SLOT_BYTES * values.length;
    if (arguments.byteSize() < bytes) {
      arguments = Arena.ofAuto().allocate(bytes, SLOT_BYTES);
    }
    long valuesOffset = SLOT_BYTES * values.length;
    for (int i = 0; i < values.length; i++) {
      long valueOffset = valuesOffset + SLOT_BYTES * i;
      arguments.set(ValueLayout.JAVA_LONG, SLOT_BYTES * i, arguments.address() + valueOffset);
      arguments.set(ValueLayout.JAVA_LONG, valueOffset, values[i]);
    }
    return arguments;
  }

  int firstInt() {
    return first.get(ValueLayout.JAVA_INT, 0);
  }

  long firstLong() {
    return first.get(ValueLayout.JAVA_LONG, 0);
  }

  long secondLong() {
    return second.get(ValueLayout.JAVA_LONG, 0);
  }
}
