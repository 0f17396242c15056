package io.spillway.driver;

/**
 * What a device says of itself when a driver is opened on it.
 *
 * @param driverName which {@link UnifiedMemoryDriver} speaks: {@code panama}, {@code jcuda}, {@code
 *     sim}
 * @param simulated whether times and movements are a model's, not hardware's
 * @param ordinal the CUDA device ordinal
 * @param deviceName the marketing name, as the driver gives it
 * @param computeMajor compute capability, major
 * @param computeMinor compute capability, minor
 * @param totalBytes the device's memory
 * @param cudaVersion the CUDA version the driver supports, {@code 1000 * major + 10 * minor} as
 *     {@code cuDriverGetVersion} gives it
 */
public record DeviceInfo(
    String driverName,
    boolean simulated,
    int ordinal,
    String deviceName,
    int computeMajor,
    int computeMinor,
    long totalBytes,
    int cudaVersion) {

  /** This device as a place for memory. */
  public Location location() {
    return Location.device(ordinal);
  }

  /** The supported CUDA version as people write it, such as {@code 13.0}. */
  public String cudaVersionText() {
    return cudaVersion / 1000 + "." + cudaVersion % 1000 / 10;
  }
}
