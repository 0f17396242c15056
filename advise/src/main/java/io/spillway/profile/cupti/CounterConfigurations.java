package io.spillway.profile.cupti;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.util.List;

/**
 * An array of {@code CUpti_ActivityUnifiedMemoryCounterConfig}, cupti_activity.h 13.0: scope, kind,
 * device and whether it is on, 32 bits each. Scope and device are deprecated since CUDA 7.0.
 */
final class CounterConfigurations {

  static final int BYTES = 16;
  static final int KIND = 4;
  static final int ENABLE = 12;

  /** {@code CUPTI_ACTIVITY_UNIFIED_MEMORY_COUNTER_SCOPE_PROCESS_ALL_DEVICES}. */
  private static final int ALL_DEVICES = 2;

  private CounterConfigurations() {}

  /** Every one of {@code counters}, on. */
  static MemorySegment on(List<MemoryCounter> counters, SegmentAllocator allocator) {
    MemorySegment array = allocator.allocate((long) BYTES * counters.size(), Integer.BYTES);
    for (int i = 0; i < counters.size(); i++) {
      long at = (long) BYTES * i;
      array.set(JAVA_INT, at, ALL_DEVICES);
      array.set(JAVA_INT, at + KIND, counters.get(i).code());
      array.set(JAVA_INT, at + ENABLE, 1);
    }
    return array;
  }
}
