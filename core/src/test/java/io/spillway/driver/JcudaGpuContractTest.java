package io.spillway.driver;

import io.spillway.driver.jcuda.JcudaDriver;
import org.junit.jupiter.api.Tag;

/** {@link JcudaDriver} on a real GPU, behind the {@link LimitedDriver}. */
@Tag("gpu")
class JcudaGpuContractTest extends GpuDriverContract {
  @Override
  UnifiedMemoryDriver openOnGpu() {
    return JcudaDriver.open(0);
  }
}
