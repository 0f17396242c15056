package io.spillway.driver;

import io.spillway.driver.panama.PanamaDriver;
import io.spillway.driver.stub.StubCuda;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;

/**
 * {@link PanamaDriver} on the stub, as a current driver and as the lesser ones it must cope with.
 */
@Tag("stub")
class PanamaStubContractTest {

  private abstract static class Contract extends StubDriverContract {
    @Override
    final UnifiedMemoryDriver openOnStub() {
      return PanamaDriver.open(0);
    }
  }

  @Nested
  class OnCuda13 extends Contract {}

  @Nested
  class OnCuda12 extends Contract {
    @Override
    void configure(StubCuda stub) {
      asCuda12(stub);
    }
  }

  @Nested
  class OnCuda11 extends Contract {
    @Override
    void configure(StubCuda stub) {
      asCuda11(stub);
    }
  }

  @Nested
  class WithoutConcurrentAccess extends Contract {
    @Override
    void configure(StubCuda stub) {
      withoutConcurrentAccess(stub);
    }
  }

  @Nested
  class WithoutManagedMemory extends Contract {
    @Override
    void configure(StubCuda stub) {
      withoutManagedMemory(stub);
    }
  }

  @Nested
  class WithSlowEvents extends Contract {
    @Override
    void configure(StubCuda stub) {
      withSlowEvents(stub);
    }
  }
}
