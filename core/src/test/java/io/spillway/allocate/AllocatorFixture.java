package io.spillway.allocate;

import io.spillway.range.ByteSize;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Allocators over addresses without memory, and a host that is made up. */
abstract class AllocatorFixture {

  static final long MIB = ByteSize.MIB;
  static final long GIB = ByteSize.GIB;

  @TempDir Path directory;
  FakeHost host;
  HostMemoryGuard guard;
  FakeDriver driver;

  @BeforeEach
  void machine() {
    host = new FakeHost(directory).memory(64 * 1024, 64 * 1024);
    guard = host.guard();
    driver = new FakeDriver(16 * GIB);
  }

  Allocator allocator() {
    return allocator(AllocationTracking.CALL_SITE);
  }

  Allocator allocator(AllocationTracking tracking) {
    return Allocator.builder(driver).hostMemoryGuard(guard).tracking(tracking).build();
  }

  static AllocationRequest managed(long bytes, String label) {
    return new AllocationRequest(bytes, Placement.MANAGED, label);
  }
}
