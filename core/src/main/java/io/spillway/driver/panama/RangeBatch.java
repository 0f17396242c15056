package io.spillway.driver.panama;

import io.spillway.driver.Capability;
import io.spillway.driver.Location;
import io.spillway.range.AddressRange;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;

/** The argument arrays of a batch call: all ranges to or from one location. For one call. */
final class RangeBatch implements AutoCloseable {

  private final ContextCalls calls;
  private final String call;
  private final long firstAddress;
  private final long totalBytes;
  private final Arena arena;
  final long count;
  final MemorySegment addresses;
  final MemorySegment sizes;

  /** For the calls that take several locations: the range from which on the only one is meant. */
  final MemorySegment firstIndex;

  RangeBatch(ContextCalls calls, String call, Capability capability, List<AddressRange> ranges) {
    long total = 0;
    for (AddressRange range : ranges) {
      total += range.bytes();
    }
    this.calls = calls;
    this.call = call;
    this.count = ranges.size();
    this.firstAddress = ranges.isEmpty() ? 0 : ranges.getFirst().address();
    this.totalBytes = total;
    ContextCalls.requireSize(call, count);
    calls.require(capability, call, firstAddress, totalBytes);
    arena = Arena.ofConfined();
    addresses = arena.allocate(ValueLayout.JAVA_LONG, count);
    sizes = arena.allocate(ValueLayout.JAVA_LONG, count);
    firstIndex = arena.allocate(ValueLayout.JAVA_LONG);
    int index = 0;
    for (AddressRange range : ranges) {
      addresses.setAtIndex(ValueLayout.JAVA_LONG, index, range.address());
      sizes.setAtIndex(ValueLayout.JAVA_LONG, index, range.bytes());
      index++;
    }
  }

  /** Refuses a target that single prefetches do not take either. */
  void requireTarget(Location target) {
    calls.requirePrefetch(call, target, firstAddress, totalBytes);
  }

  /** Throws unless {@code status} is success; the failure names the first range, and all bytes. */
  void check(int status) {
    calls.check(call, status, firstAddress, totalBytes);
  }

  @Override
  public void close() {
    arena.close();
  }
}
