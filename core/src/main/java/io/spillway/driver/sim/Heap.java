package io.spillway.driver.sim;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.range.AddressRange;

/** Allocates and frees memory of the three kinds, within what device and host have. */
final class Heap {

  private final Machine machine;
  private final HostMemory hostMemory;
  private final AddressSpace addresses;

  Heap(Machine machine, HostMemory hostMemory, AddressSpace addresses) {
    this.machine = machine;
    this.hostMemory = hostMemory;
    this.addresses = addresses;
  }

  /** Allocates at {@code now}, evicting managed memory for plain memory if it must. */
  AddressRange allocate(String call, MemoryKind kind, long bytes, long now) {
    if (bytes <= 0) {
      throw new DriverException(call, CudaStatus.INVALID_VALUE, 0, bytes);
    }
    boolean room =
        switch (kind) {
          case DEVICE -> machine.memory.takePlain(bytes, now);
          case PINNED -> hostMemory.takePinned(bytes);
          case MANAGED -> true;
        };
    if (!room) {
      throw new OutOfDeviceMemoryException(call, 0, bytes);
    }
    try {
      return addresses.allocate(call, kind, bytes).range;
    } catch (DriverException e) {
      release(kind, bytes);
      throw e;
    }
  }

  /** Frees the allocation that is exactly {@code range}. */
  void free(String call, AddressRange range) {
    SimulatedAllocation allocation = addresses.remove(call, range);
    machine.forget(allocation.blocks);
    release(allocation.kind, range.bytes());
    allocation.release();
  }

  private void release(MemoryKind kind, long bytes) {
    switch (kind) {
      case DEVICE -> machine.memory.givePlain(bytes);
      case PINNED -> hostMemory.givePinned(bytes);
      case MANAGED -> {}
    }
  }
}
