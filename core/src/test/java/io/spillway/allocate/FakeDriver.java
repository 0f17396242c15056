package io.spillway.allocate;

import io.spillway.driver.Capabilities;
import io.spillway.driver.Capability;
import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.ForwardingDriver;
import io.spillway.driver.MemoryInfo;
import io.spillway.driver.OutOfDeviceMemoryException;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.range.AddressRange;
import io.spillway.range.Blocks;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;

/**
 * Addresses without memory: only what an allocator calls. Reuses freed addresses at once, as a real
 * driver may, and fails the next calls that a test asks it to.
 */
final class FakeDriver extends ForwardingDriver {

  private final long totalBytes;
  private final Capabilities capabilities;
  private final TreeMap<Long, Long> live = new TreeMap<>();
  private final TreeMap<Long, Boolean> plain = new TreeMap<>();
  private final Queue<RuntimeException> nextFailures = new ArrayDeque<>();
  private long plainBytes;

  FakeDriver(long totalBytes) {
    this(totalBytes, Capabilities.all());
  }

  FakeDriver(long totalBytes, Capabilities capabilities) {
    super(unsupported());
    this.totalBytes = totalBytes;
    this.capabilities = capabilities;
  }

  static FakeDriver withoutConcurrentAccess(long totalBytes, String reason) {
    return new FakeDriver(
        totalBytes, new Capabilities(Map.of(Capability.CONCURRENT_MANAGED_ACCESS, reason)));
  }

  private static UnifiedMemoryDriver unsupported() {
    return (UnifiedMemoryDriver)
        Proxy.newProxyInstance(
            FakeDriver.class.getClassLoader(),
            new Class<?>[] {UnifiedMemoryDriver.class},
            (proxy, method, arguments) -> {
              throw new UnsupportedOperationException(method.getName());
            });
  }

  synchronized void failNext(String call) {
    nextFailures.add(new DriverException(call, new CudaStatus(999, "CUDA_ERROR_UNKNOWN"), 0, 0));
  }

  synchronized void failNext(RuntimeException failure) {
    nextFailures.add(failure);
  }

  /** Frees behind everybody's back. */
  synchronized void forget(long address) {
    plainBytes -= plain.getOrDefault(address, false) ? live.get(address) : 0;
    live.remove(address);
    plain.remove(address);
  }

  synchronized int liveCount() {
    return live.size();
  }

  @Override
  public Capabilities capabilities() {
    return capabilities;
  }

  @Override
  public synchronized MemoryInfo memoryInfo() {
    return new MemoryInfo(totalBytes - plainBytes, totalBytes);
  }

  @Override
  public synchronized AddressRange allocateDevice(long bytes) {
    fail();
    if (bytes > totalBytes - plainBytes) {
      throw new OutOfDeviceMemoryException("cuMemAlloc_v2", 0, bytes);
    }
    plainBytes += bytes;
    return place(bytes, true);
  }

  @Override
  public synchronized AddressRange allocateManaged(long bytes) {
    fail();
    return place(bytes, false);
  }

  @Override
  public synchronized AddressRange allocatePinned(long bytes) {
    fail();
    return place(bytes, false);
  }

  @Override
  public synchronized void free(AddressRange range) {
    fail();
    Long bytes = live.get(range.address());
    if (bytes == null || bytes != range.bytes()) {
      throw new DriverException(
          "cuMemFree_v2", CudaStatus.INVALID_VALUE, range.address(), range.bytes());
    }
    forget(range.address());
  }

  private void fail() {
    RuntimeException failure = nextFailures.poll();
    if (failure != null) {
      throw failure;
    }
  }

  /** First fit from 4 GiB up, on block boundaries. */
  private AddressRange place(long bytes, boolean isPlain) {
    long at = 1L << 32;
    for (Map.Entry<Long, Long> entry : live.entrySet()) {
      if (entry.getKey() - at >= bytes) {
        break;
      }
      at = Blocks.ceil(entry.getKey() + entry.getValue());
    }
    live.put(at, bytes);
    plain.put(at, isPlain);
    return new AddressRange(at, bytes);
  }
}
