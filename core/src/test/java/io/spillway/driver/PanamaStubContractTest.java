package io.spillway.driver;

import io.spillway.driver.panama.PanamaDriver;

/** {@link PanamaDriver} on the stub. */
final class PanamaStubContractTest extends StubDriverMatrix {
  @Override
  UnifiedMemoryDriver open() {
    return PanamaDriver.open(0);
  }
}
