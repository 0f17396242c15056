package io.spillway.driver.panama;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.Location;
import io.spillway.range.AddressRange;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * Locations as CUDA writes them: a {@code CUmemLocation} struct, or, in the older forms of its
 * calls, a device number.
 */
final class CudaLocations {

  private CudaLocations() {}

  /** The location as a struct, in the thread's {@link CallScratch}. */
  static MemorySegment structOf(Location location) {
    CallScratch scratch = CallScratch.ofThread();
    return switch (location) {
      case Location.Device(int id) -> scratch.location(Libcuda.LOCATION_TYPE_DEVICE, id);
      case Location.Host() -> scratch.location(Libcuda.LOCATION_TYPE_HOST, 0);
      case Location.HostNode(int node) -> scratch.location(Libcuda.LOCATION_TYPE_HOST_NUMA, node);
    };
  }

  /**
   * The location as a device number.
   *
   * @throws DriverException with {@link CudaStatus#NOT_SUPPORTED}, naming {@code call} and {@code
   *     range}, if it is a node of the host, which has none
   */
  static int deviceOf(String call, Location location, AddressRange range) {
    return switch (location) {
      case Location.Device(int id) -> id;
      case Location.Host() -> Libcuda.DEVICE_CPU;
      case Location.HostNode _ ->
          throw DriverException.of(call, CudaStatus.NOT_SUPPORTED, range.address(), range.bytes());
    };
  }

  /** The location of a device number, empty if it is none. */
  static Optional<Location> ofDevice(int device) {
    if (device == Libcuda.DEVICE_CPU) {
      return Optional.of(Location.HOST);
    }
    return device < 0 ? Optional.empty() : Optional.of(Location.device(device));
  }
}
