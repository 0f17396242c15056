package io.spillway.driver.sim;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which addresses are allocated. Addresses are made up, all 2 MiB aligned. The lowest that fits is
 * taken, so freed ones are used again as soon as may be, and what still uses them shows.
 */
final class AddressSpace {

  private final TreeMap<Long, SimulatedAllocation> allocations = new TreeMap<>();

  /** What is free of each kind's room: the bytes of each gap by its address; no two gaps touch. */
  private final Map<MemoryKind, NavigableMap<Long, Long>> gaps = new EnumMap<>(MemoryKind.class);

  private final boolean backed;

  /** What was looked up last, as it often is again. */
  private @Nullable SimulatedAllocation latest;

  AddressSpace(boolean backed) {
    this.backed = backed;
    for (MemoryKind kind : MemoryKind.values()) {
      gaps.put(
          kind, new TreeMap<>(Map.of(kind.firstAddress, MemoryKind.ROOM_BYTES - Blocks.BYTES)));
    }
  }

  SimulatedAllocation allocate(String call, MemoryKind kind, long bytes) {
    long address = lowestFitting(call, kind, bytes);
    SimulatedAllocation allocation;
    try {
      allocation = new SimulatedAllocation(new AddressRange(address, bytes), kind, backed);
    } catch (OutOfMemoryError e) {
      OutOfDeviceMemoryException refusal = new OutOfDeviceMemoryException(call, 0, bytes);
      refusal.initCause(e);
      throw refusal;
    }
    long taken = Blocks.ceil(bytes);
    long left = Objects.requireNonNull(gaps(kind).remove(address)) - taken;
    if (left > 0) {
      gaps(kind).put(address + taken, left);
    }
    allocations.put(address, allocation);
    return allocation;
  }

  private long lowestFitting(String call, MemoryKind kind, long bytes) {
    for (Map.Entry<Long, Long> gap : gaps(kind).entrySet()) {
      // Gaps are whole blocks, so what fits does so rounded up too.
      if (bytes <= gap.getValue()) {
        return gap.getKey();
      }
    }
    throw new OutOfDeviceMemoryException(call, 0, bytes);
  }

  private NavigableMap<Long, Long> gaps(MemoryKind kind) {
    return Objects.requireNonNull(gaps.get(kind));
  }

  private void giveBack(SimulatedAllocation allocation) {
    NavigableMap<Long, Long> free = gaps(allocation.kind);
    long start = allocation.range.address();
    long end = Blocks.ceil(allocation.range.end());
    Map.Entry<Long, Long> below = free.lowerEntry(start);
    if (below != null && below.getKey() + below.getValue() == start) {
      start = below.getKey();
    }
    Long above = free.remove(end);
    end += above == null ? 0 : above;
    free.put(start, end - start);
  }

  /** Forgets the allocation that is exactly {@code range}. */
  SimulatedAllocation remove(String call, AddressRange range) {
    SimulatedAllocation allocation = allocations.get(range.address());
    if (allocation == null || !allocation.range.equals(range)) {
      throw new DriverException(call, CudaStatus.INVALID_VALUE, range.address(), range.bytes());
    }
    allocations.remove(range.address());
    latest = null;
    giveBack(allocation);
    return allocation;
  }

  /** The allocation that {@code range} lies wholly inside of. */
  SimulatedAllocation containing(String call, AddressRange range) {
    SimulatedAllocation allocation = latest;
    if (allocation == null || !allocation.range.contains(range)) {
      Map.Entry<Long, SimulatedAllocation> entry = allocations.floorEntry(range.address());
      if (entry == null || !entry.getValue().range.contains(range)) {
        throw new DriverException(call, CudaStatus.INVALID_VALUE, range.address(), range.bytes());
      }
      allocation = entry.getValue();
      latest = allocation;
    }
    return allocation;
  }

  /** A part of a managed allocation. */
  record Part(SimulatedAllocation allocation, AddressRange range) {

    /** The blocks the part touches, in address order. */
    Iterable<BlockPages> blocks() {
      return () ->
          new Iterator<>() {
            private final int last = allocation.blockIndex(range.end() - 1);
            private int index = allocation.blockIndex(range.address());

            @Override
            public boolean hasNext() {
              return index <= last;
            }

            @Override
            public BlockPages next() {
              if (index > last) {
                throw new NoSuchElementException();
              }
              int at = index++;
              return new BlockPages(allocation.blocks[at], allocation.pages(at, range));
            }
          };
    }
  }

  /** A block and those of its pages that are meant. */
  record BlockPages(BlockState block, PageSet pages) {}

  /** The managed parts of all of {@code ranges}, of which there must be one. */
  List<Part> managed(String call, List<AddressRange> ranges) {
    if (ranges.isEmpty()) {
      throw new DriverException(call, CudaStatus.INVALID_VALUE, 0, 0);
    }
    List<Part> parts = new ArrayList<>();
    try {
      for (AddressRange range : ranges) {
        parts.addAll(managed(call, range));
      }
    } catch (DriverException e) {
      // CUDA does not say which range it was.
      long bytes = ranges.stream().mapToLong(AddressRange::bytes).sum();
      throw new DriverException(call, e.status(), ranges.getFirst().address(), bytes);
    }
    return parts;
  }

  /** The managed allocations {@code range} runs through, without gaps. */
  List<Part> managed(String call, AddressRange range) {
    List<Part> parts = new ArrayList<>(1);
    long address = range.address();
    while (address < range.end()) {
      Map.Entry<Long, SimulatedAllocation> entry = allocations.floorEntry(address);
      if (entry == null
          || entry.getValue().kind != MemoryKind.MANAGED
          || entry.getValue().range.end() <= address) {
        throw new DriverException(call, CudaStatus.INVALID_VALUE, range.address(), range.bytes());
      }
      SimulatedAllocation allocation = entry.getValue();
      long end = Math.min(range.end(), allocation.range.end());
      parts.add(new Part(allocation, new AddressRange(address, end - address)));
      address = end;
    }
    return parts;
  }
}
