package io.spillway.driver.sim;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Which addresses are allocated. Addresses are made up and not used twice; all 2 MiB aligned. */
final class AddressSpace {

  /** Room per kind: CUDA's unified addresses have 49 bits, shared here by three kinds. */
  private static final long ROOM_BYTES = 1L << 47;

  private final TreeMap<Long, SimulatedAllocation> allocations = new TreeMap<>();
  private final Map<MemoryKind, Long> nextAddress = new EnumMap<>(MemoryKind.class);
  private final boolean backed;

  AddressSpace(boolean backed) {
    this.backed = backed;
    for (MemoryKind kind : MemoryKind.values()) {
      nextAddress.put(kind, base(kind));
    }
  }

  SimulatedAllocation allocate(String call, MemoryKind kind, long bytes) {
    long address = nextAddress.getOrDefault(kind, 0L);
    if (bytes > ROOM_BYTES - Blocks.BYTES - (address - base(kind))) {
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
  record Part(SimulatedAllocation allocation, AddressRange range) {}

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

  Collection<SimulatedAllocation> all() {
    return allocations.values();
  }

  private static long base(MemoryKind kind) {
    return (kind.ordinal() + 1) * ROOM_BYTES;
  }
}
