package io.spillway.prefetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;
import io.spillway.driver.FaultInjectingDriver;
import io.spillway.driver.StreamHandle;
import io.spillway.driver.sim.GpuModel;
import io.spillway.driver.sim.SimulatedDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Events of launches, and what becomes of them. */
final class CompletionsTest {

  private final SimulatedDriver simulation = SimulatedDriver.open(GpuModel.h200());
  private final FaultInjectingDriver driver = new FaultInjectingDriver(simulation);

  @AfterEach
  void close() {
    simulation.close();
  }

  @Test
  void anEventThatCannotBeWaitedForIsDestroyedAllTheSame() {
    try (Completions completions = new Completions(driver, (launch, nanos) -> {})) {
      completions.issued(0, 0, 0, completions.mark(StreamHandle.DEFAULT));
      driver.fail("await", 1, CudaStatus.INVALID_HANDLE);
      assertThatThrownBy(() -> completions.awaitUpTo(0)).isInstanceOf(DriverException.class);
    }
    assertThat(driver.leaks()).isEmpty();
  }
}
