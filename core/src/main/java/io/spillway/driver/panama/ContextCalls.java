package io.spillway.driver.panama;

import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.ContextScope;
import io.spillway.driver.DriverException;
import io.spillway.driver.Location;
import io.spillway.driver.binding.BindingCalls;
import io.spillway.range.AddressRange;

/**
 * What goes around a call of libcuda in a context: entering it, and checking the status besides
 * what goes around any binding's. Safe for use by any thread.
 */
final class ContextCalls extends BindingCalls {

  private final Libcuda cuda;
  private final CudaContext context;

  ContextCalls(Libcuda cuda, CudaContext context, Capabilities capabilities) {
    super(capabilities, context::enter);
    this.cuda = cuda;
    this.context = context;
  }

  Libcuda cuda() {
    return cuda;
  }

  /** {@link CudaContext#enter}. */
  ContextScope enter() {
    return context.enter();
  }

  /** {@link CudaContext#enterToRelease}. */
  ContextScope enterToRelease() {
    return context.enterToRelease();
  }

  /** Throws unless {@code status} is success. */
  void check(String call, int status, long address, long bytes) {
    if (status != Libcuda.SUCCESS) {
      throw DriverException.of(call, cuda.status(status), address, bytes);
    }
  }

  /** Throws unless {@code status} is success. */
  void check(String call, int status, AddressRange range) {
    check(call, status, range.address(), range.bytes());
  }

  /** Refuses to prefetch to where this device cannot. */
  void requirePrefetch(String call, Location target, long address, long bytes) {
    switch (target) {
      case Location.Device _ -> require(Capability.PREFETCH, call, address, bytes);
      case Location.Host _ -> require(Capability.PREFETCH_TO_HOST, call, address, bytes);
      case Location.HostNode _ -> {
        require(Capability.PREFETCH_TO_HOST, call, address, bytes);
        require(Capability.HOST_NUMA_LOCATION, call, address, bytes);
      }
    }
  }
}
