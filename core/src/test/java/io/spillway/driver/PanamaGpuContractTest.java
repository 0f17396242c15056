package io.spillway.driver;

import io.spillway.driver.panama.PanamaDriver;
import org.junit.jupiter.api.Tag;

/** {@link PanamaDriver} on a real GPU, behind the {@link LimitedDriver}. */
@Tag("gpu")
class PanamaGpuContractTest extends GpuDriverContract {
  @Override
  UnifiedMemoryDriver openOnGpu() {
    return PanamaDriver.open(0);
  }
}
