package io.spillway.samples.device;

import io.spillway.driver.LimitedDriver;
import io.spillway.driver.UnifiedMemoryDriver;
import io.spillway.driver.panama.CudaReport;
import io.spillway.driver.panama.PanamaDriver;
import io.spillway.driver.sim.GpuModel;

/**
 * The only place in the samples where a driver is opened.
 *
 * <p>A GPU may be shared, so it is opened behind {@link LimitedDriver} alone: samples never have
 * more managed memory than a quarter of what is free, and emulate a smaller card by a budget.
 */
public final class Devices {

  private Devices() {}

  /** What this machine has of CUDA; opens nothing. */
  public static CudaReport probe() {
    return PanamaDriver.probe();
  }

  /**
   * Opens the GPU with that CUDA ordinal.
   *
   * @throws io.spillway.driver.DriverUnavailableException if there is no usable driver
   * @throws io.spillway.driver.DriverException if there is no such device
   */
  public static Machine openGpu(int ordinal) {
    PanamaDriver driver = PanamaDriver.open(ordinal);
    LimitedDriver limited = new LimitedDriver(driver);
    try {
      return new CudaMachine(limited, driver);
    } catch (RuntimeException e) {
      limited.close();
      throw e;
    }
  }

  /**
   * Opens a driver that moves the memory of {@code machine} and allocates none, from a context of
   * its own where that driver has one to give.
   */
  public static UnifiedMemoryDriver openSibling(Machine machine) {
    return machine.driver().openSibling();
  }

  /**
   * Simulates a GPU.
   *
   * @param contents whether memory holds what is written to it
   */
  public static Machine simulate(GpuModel model, boolean contents) {
    return new SimulatedMachine(model, contents, false);
  }

  /**
   * Simulates a GPU whose doings are told to recordings.
   *
   * @param contents whether memory holds what is written to it
   */
  public static Machine simulateRecorded(GpuModel model, boolean contents) {
    return new SimulatedMachine(model, contents, true);
  }
}
