package io.spillway.driver.panama;

import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.Location;
import io.spillway.range.AddressRange;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What goes around a call in a context: entering it, refusing what the driver lacks, checking the
 * status, and undoing what was created where the context cannot be left. Safe for use by any
 * thread.
 */
final class ContextCalls {

  private final Libcuda cuda;
  private final CudaContext context;
  private final Capabilities capabilities;

  ContextCalls(Libcuda cuda, CudaContext context, Capabilities capabilities) {
    this.cuda = cuda;
    this.context = context;
    this.capabilities = capabilities;
  }

  Libcuda cuda() {
    return cuda;
  }

  /** {@link CudaContext#enter}. */
  PanamaDriver.ContextScope enter() {
    return context.enter();
  }

  /** {@link CudaContext#enterToRelease}. */
  PanamaDriver.ContextScope enterToRelease() {
    return context.enterToRelease();
  }

  /** Creates something in the context; it is undone if the context cannot be left afterwards. */
  <T> T create(Supplier<T> creation, Consumer<T> undo) {
    @Nullable T created = null;
    try (var _ = enter()) {
      created = creation.get();
      return created;
    } catch (DriverException e) {
      if (created != null) {
        try {
          undo.accept(created);
        } catch (DriverException alsoFailed) {
          e.addSuppressed(alsoFailed);
        }
      }
      throw e;
    }
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

  /** Refuses a size that CUDA would. */
  static void requireSize(String call, long bytes) {
    if (bytes <= 0) {
      throw DriverException.of(call, CudaStatus.INVALID_VALUE, 0, bytes);
    }
  }

  /** Refuses a call that the driver or the device lacks. */
  void require(Capability capability, String call, long address, long bytes) {
    if (!capabilities.has(capability)) {
      throw DriverException.of(call, CudaStatus.NOT_SUPPORTED, address, bytes);
    }
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
