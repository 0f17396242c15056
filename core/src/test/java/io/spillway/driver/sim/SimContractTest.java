package io.spillway.driver.sim;

import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.UnifiedMemoryDriverContract;

/** The contract on the simulator, with contents. */
class SimContractTest extends UnifiedMemoryDriverContract {

  @Override
  public UnifiedMemoryDriver open() {
    return SimulatedDriver.builder(GpuModel.h200()).backed(true).open();
  }
}
