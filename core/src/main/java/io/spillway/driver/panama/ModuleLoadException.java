package io.spillway.driver.panama;

import io.spillway.driver.CudaStatus;
import io.spillway.driver.DriverException;

/** A module the driver refused, with what its compiler said. */
public final class ModuleLoadException extends DriverException {

  private static final long serialVersionUID = 1L;

  private final String log;

  ModuleLoadException(CudaStatus status, long imageBytes, String log) {
    super("cuModuleLoadDataEx", status, 0, imageBytes);
    this.log = log;
  }

  /** The compiler's error log; empty if it said nothing. */
  public String log() {
    return log;
  }

  @Override
  public String getMessage() {
    String failure = String.valueOf(super.getMessage());
    return log.isEmpty() ? failure : failure + "\n" + log;
  }
}
