package io.spillway.driver;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.stub.StubCuda;
import java.util.Optional;
import org.junit.jupiter.api.Tag;

/**
 * The contract for a driver on the stub libcuda, whose own books say whether anything was left:
 * memory, streams, events, and the primary context retained.
 */
@Tag("stub")
abstract class StubDriverContract extends UnifiedMemoryDriverContract {

  private boolean fresh;

  /** Opens the driver under test, on the stub. */
  abstract UnifiedMemoryDriver openOnStub();

  /** Sets the stub up otherwise than it is at first: an older driver, a lesser device. */
  void configure(StubCuda stub) {}

  @Override
  public final UnifiedMemoryDriver open() {
    if (!fresh) {
      configure(StubCuda.assumeFresh());
      fresh = true;
    }
    return openOnStub();
  }

  @Override
  public final Optional<LibcudaCallerContext> callerContext() {
    return Optional.of(new LibcudaCallerContext());
  }

  @Override
  protected final void assertNothingLeft() {
    StubCuda stub = StubCuda.assumeAvailable();
    assertThat(stub.live()).as("memory").isEmpty();
    assertThat(stub.liveStreams()).as("streams").isZero();
    assertThat(stub.liveEvents()).as("events").isZero();
    assertThat(stub.retainedContexts()).as("retained primary contexts").isZero();
    assertThat(stub.createdContexts()).as("contexts of siblings").isZero();
  }

  /** A driver of CUDA 11.8: version-1 calls only, no batches, no discard. */
  static void asCuda11(StubCuda stub) {
    stub.set("cuda_version", 11080);
  }

  /** A driver of CUDA 12.6: location-struct forms under their own names, no batches. */
  static void asCuda12(StubCuda stub) {
    stub.set("cuda_version", 12060);
  }

  /** What Windows and WSL offer. */
  static void withoutConcurrentAccess(StubCuda stub) {
    stub.set("concurrent_managed_access", 0);
  }

  /** A device without managed memory at all. */
  static void withoutManagedMemory(StubCuda stub) {
    stub.set("managed_memory", 0).set("concurrent_managed_access", 0);
  }

  /** Events stay unfinished for some queries, as they do on a busy device. */
  static void withSlowEvents(StubCuda stub) {
    stub.set("event_not_ready_queries", 5);
  }
}
