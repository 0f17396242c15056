package io.spillway.driver.panama;

import io.spillway.range.AddressRange;
import java.lang.foreign.ValueLayout;

/** What CUDA knows of the memory behind an address, whoever allocated it, asked in the context. */
final class PointerAttributes {

  // CUpointer_attribute and CUmemorytype of cuda.h 13.0.
  private static final int CU_MEMORYTYPE_HOST = 0x01;
  private static final int CU_POINTER_ATTRIBUTE_MEMORY_TYPE = 2;
  private static final int CU_POINTER_ATTRIBUTE_IS_MANAGED = 8;
  private static final int CU_POINTER_ATTRIBUTE_RANGE_START_ADDR = 11;
  private static final int CU_POINTER_ATTRIBUTE_RANGE_SIZE = 12;

  private final ContextCalls calls;
  private final MemoryFunctions memory;

  PointerAttributes(ContextCalls calls) {
    this.calls = calls;
    this.memory = calls.cuda().memory();
  }

  /** Whether all of {@code range} lies in one managed or pinned allocation. */
  boolean hostReads(AddressRange range) {
    boolean hostReads =
        pointerInt(CU_POINTER_ATTRIBUTE_IS_MANAGED, range) != 0
            || pointerInt(CU_POINTER_ATTRIBUTE_MEMORY_TYPE, range) == CU_MEMORYTYPE_HOST;
    long start = pointerLong(CU_POINTER_ATTRIBUTE_RANGE_START_ADDR, range);
    long bytes = pointerLong(CU_POINTER_ATTRIBUTE_RANGE_SIZE, range);
    return hostReads && range.end() - start <= bytes;
  }

  private int pointerInt(int attribute, AddressRange range) {
    return (int) pointerLong(attribute, range);
  }

  private long pointerLong(int attribute, AddressRange range) {
    CallScratch scratch = CallScratch.ofThread();
    scratch.first.set(ValueLayout.JAVA_LONG, 0, 0);
    calls.check(
        "cuPointerGetAttribute",
        memory.pointerGetAttribute(scratch.first, attribute, range.address()),
        range);
    return scratch.firstLong();
  }
}
