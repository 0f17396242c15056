package io.spillway.driver;

import io.spillway.driver.jcuda.JcudaDriver;

/** {@link JcudaDriver} on the stub. */
final class JcudaStubContractTest extends StubDriverMatrix {
  @Override
  UnifiedMemoryDriver open() {
    return JcudaDriver.open(0);
  }
}
