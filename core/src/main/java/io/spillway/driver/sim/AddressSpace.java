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
import java.util.NoSuchElementException;
import java.util.TreeMap;

/** Which addresses are allocated. Addresses are made up and not used twice; all 2 MiB aligned. */
final class AddressSpace {

  private final TreeMap<Long, SimulatedAllocation> allocations = new TreeMap<>();
  private final Map<MemoryKind, Long> nextAddress = new EnumMap<>(MemoryKind.class);
  private final boolean backed;

  AddressSpace(boolean backed) {
    this.backed = backed;
    for (MemoryKind kind : MemoryKind.values()) {
      nextAddress.put(kind, kind.firstAddress);
    }
  }

  SimulatedAllocation allocate(String call, MemoryKind kind, long bytes) {
    long address = nextAddress.getOrDefault(kind, 0L);
    if (bytes > MemoryKind.ROOM_BYTES - Blocks.BYTES - (address - kind.firstAddress)) {
      throw new OutOfDeviceMemoryException(call, 0, bytes);
    }
    SimulatedAllocation allocation;
    try {
      allocation = new SimulatedAllocation(new AddressRange(address, bytes), kind, backed);
    } catch (OutOfMemoryError e) {
      OutOfDeviceMemoryException refusal = new OutOfDeviceMemoryException(call, 0, bytes);
      refusal.initCause(e);
      throw refusal;
    }
    nextAddress.put(kind, Blocks.ceil(address + bytes));
    allocations.put(address, allocation);
    return allocation;
  }

  /** Forgets the allocation that is exactly {@code range}. */
  SimulatedAllocation remove(String call, AddressRange range) {
    SimulatedAllocation allocation = allocations.get(range.address());
    if (allocation == null || !allocation.range.equals(range)) {
      throw new DriverException(call, CudaStatus.INVALID_VALUE, range.address(), range.bytes());
    }
    allocations.remove(range.address());
    return allocation;
  }

  /** The allocation that {@code range} lies wholly inside of. */
  SimulatedAllocation containing(String call, AddressRange range) {
    Map.Entry<Long, SimulatedAllocation> entry = allocations.floorEntry(range.address());
    if (entry == null || !entry.getValue().range.contains(range)) {
      throw new DriverException(call, CudaStatus.INVALID_VALUE, range.address(), range.bytes());
    }
    return entry.getValue();
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
