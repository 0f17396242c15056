package io.spillway.driver.panama;

import io.spillway.driver.Capabilities;
import io.spillway.driver.DeviceInfo;
import io.spillway.driver.DriverException;
import io.spillway.driver.DriverUnavailableException;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@link PanamaDriver#probe} found of CUDA on this machine.
 *
 * @param library the library that answered, such as {@code libcuda.so.1}; empty if none was found
 * @param reason why CUDA cannot be used, and what to do about it; empty if it can
 * @param cudaVersion the CUDA version the driver supports, {@code 1000 * major + 10 * minor}; 0 if
 *     unknown
 * @param devices every visible device, by ordinal; empty exactly if there is a reason
 */
public record CudaReport(String library, String reason, int cudaVersion, List<Device> devices) {

  /** Copies the list. */
  public CudaReport {
    devices = List.copyOf(devices);
  }

  /** {@link PanamaDriver#probe}. */
  static CudaReport ofThisMachine() {
    String library = "";
    int cudaVersion = 0;
    try {
      CudaLibrary found = CudaLibrary.load();
      library = found.name();
      Libcuda cuda = new Libcuda(found);
      CudaDevices devices = CudaDevices.start(cuda);
      cudaVersion = devices.cudaVersion();
      List<Device> shown = new ArrayList<>();
      for (int i = 0; i < devices.count(); i++) {
        shown.add(new Device(devices.info(i), devices.capabilities(i)));
      }
      return shown.isEmpty()
          ? new CudaReport(library, CudaDevices.NO_DEVICE, cudaVersion, List.of())
          : new CudaReport(library, "", cudaVersion, shown);
    } catch (DriverUnavailableException | DriverException e) {
      return new CudaReport(library, String.valueOf(e.getMessage()), cudaVersion, List.of());
    }
  }

  /** Whether there is at least one device that {@link PanamaDriver#open} will open. */
  public boolean usable() {
    return reason.isEmpty();
  }

  /**
   * One visible device.
   *
   * @param info what it says of itself
   * @param capabilities what it and the driver can do together
   */
  public record Device(DeviceInfo info, Capabilities capabilities) {}
}
