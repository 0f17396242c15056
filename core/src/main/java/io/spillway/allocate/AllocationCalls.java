package io.spillway.allocate;

import io.spillway.driver.DriverException;
import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.range.AddressRange;

/**
 * The calls that make and free device memory: the seam's, or those of a program that makes its own
 * and asks an {@link Allocator} which one to make.
 */
public interface AllocationCalls {

  /**
   * Makes plain device memory.
   *
   * @throws OutOfDeviceMemoryException if the device has not enough left
   * @throws DriverException if it cannot be made
   */
  AddressRange allocateDevice(long bytes);

  /**
   * Makes managed memory.
   *
   * @param bytes whole blocks
   * @throws DriverException if it cannot be made
   */
  AddressRange allocateManaged(long bytes);

  /**
   * Frees either.
   *
   * @throws DriverException if it is not freed
   */
  void free(AddressRange range);
}
