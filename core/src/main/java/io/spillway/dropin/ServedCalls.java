package io.spillway.dropin;

import io.spillway.allocate.AllocationCalls;
import io.spillway.allocate.MemoryKind;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.LimitedDriver;
import io.spillway.range.AddressRange;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A program's call as the allocator makes it: a number that is not success becomes an exception on
 * the way in, and is remembered for the way out. Belongs to one call.
 */
final class ServedCalls implements AllocationCalls {

  static final int SUCCESS = 0;

  private final NativeCalls calls;
  private final @Nullable LimitedDriver limit;
  private final MemoryKind freed;
  private int status;
  private boolean settled;
  private int triedStatus;
  private @Nullable RuntimeException thrown;

  ServedCalls(NativeCalls calls, @Nullable LimitedDriver limit) {
    this(calls, limit, MemoryKind.DEVICE);
  }

  /**
   * An allocation.
   *
   * @param triedStatus how the program's call failed already, so that it is not made once more;
   *     success if it was not made
   */
  ServedCalls(NativeCalls calls, @Nullable LimitedDriver limit, int triedStatus) {
    this(calls, limit, MemoryKind.DEVICE);
    this.triedStatus = triedStatus;
  }

  /**
   * A free of one allocation.
   *
   * @param freed which kind it is
   */
  ServedCalls(NativeCalls calls, @Nullable LimitedDriver limit, MemoryKind freed) {
    this.calls = calls;
    this.limit = limit;
    this.freed = freed;
  }

  /** Whether {@link #status} is what the program is to be told. */
  boolean settled() {
    return settled;
  }

  /** What the last call that counts returned. */
  int status() {
    return status;
  }

  /** Whether {@code e} came out of the program's call itself. */
  @SuppressWarnings("ReferenceEquality") // This very one.
  boolean threw(RuntimeException e) {
    return e == thrown;
  }

  @Override
  public AddressRange allocateDevice(long bytes) {
    status = triedStatus == SUCCESS ? run(() -> calls.allocate(bytes)) : triedStatus;
    triedStatus = SUCCESS;
    settled = true;
    return made("cuMemAlloc", bytes);
  }

  @Override
  public AddressRange allocateManaged(long bytes) {
    return limit == null
        ? allocateManagedUnlimited(bytes)
        : limit.allocateManaged(bytes, this::allocateManagedUnlimited);
  }

  private AddressRange allocateManagedUnlimited(long bytes) {
    int result = run(() -> calls.allocateManaged(bytes));
    // A failure settles nothing while the plain call is still to be tried.
    if (result == SUCCESS || !settled) {
      status = result;
    }
    settled |= result == SUCCESS;
    if (result != SUCCESS) {
      throw failure("cuMemAllocManaged", result, 0, bytes);
    }
    return made("cuMemAllocManaged", bytes);
  }

  @Override
  public void free(AddressRange range) {
    if (limit != null && freed == MemoryKind.MANAGED) {
      limit.free(range, this::freeUnlimited);
    } else {
      freeUnlimited(range);
    }
  }

  private void freeUnlimited(AddressRange range) {
    status = run(freed == MemoryKind.MANAGED ? calls::freeManaged : calls::free);
    settled = true;
    if (status != SUCCESS) {
      throw failure("cuMemFree", status, range.address(), range.bytes());
    }
  }

  private AddressRange made(String call, long bytes) {
    if (status != SUCCESS) {
      throw failure(call, status, 0, bytes);
    }
    return new AddressRange(calls.address(), bytes);
  }

  private int run(IntSupplier call) {
    try {
      return call.getAsInt();
    } catch (RuntimeException e) {
      thrown = e;
      throw e;
    }
  }

  private static DriverException failure(String call, int status, long address, long bytes) {
    return DriverException.of(call, new CudaStatus(status, "CUDA error"), address, bytes);
  }
}
