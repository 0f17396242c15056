package io.spillway.samples.device;

import io.spillway.driver.DeviceInfo;

/** The first line of a report. */
public final class DeviceTitle {

  private DeviceTitle() {}

  /** The device's name, and that times are simulated where they are. */
  public static String of(DeviceInfo device) {
    return (device.simulated() ? "SIMULATED %s: times are a model's, not a GPU's" : "%s")
        .formatted(device.deviceName());
  }
}
