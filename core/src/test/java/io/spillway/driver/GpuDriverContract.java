package io.spillway.driver;

import io.spillway.driver.panama.CudaReport;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.driver.stub.StubCuda;
import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;

/**
 * The contract for a driver on a real GPU; skipped, with the reason, where there is none. The GPU
 * may be shared, so the driver is always behind the {@link LimitedDriver}.
 */
@Tag("gpu")
abstract class GpuDriverContract extends UnifiedMemoryDriverContract {

  /** Opens the driver under test on the first device. */
  abstract UnifiedMemoryDriver openOnGpu();

  @Override
  public final UnifiedMemoryDriver open() {
    Assumptions.assumeFalse(
        StubCuda.available(), "needs a GPU: libcuda.so.1 is the stub in this process");
    CudaReport report = PanamaDriver.probe();
    Assumptions.assumeTrue(report.reason().isEmpty(), () -> "needs a GPU: " + report.reason());
    return new LimitedDriver(openOnGpu());
  }

  @Override
  public final Optional<LibcudaCallerContext> callerContext() {
    return Optional.of(new LibcudaCallerContext());
  }
}
