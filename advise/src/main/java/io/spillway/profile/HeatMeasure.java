package io.spillway.profile;

/** What a profile knows of some blocks during some time. */
public enum HeatMeasure implements Measure {
  /** Device faults, in pages. */
  GPU_FAULTS,
  /** Host faults, in pages. */
  CPU_FAULTS,
  /** Bytes to the device. */
  TO_DEVICE_BYTES,
  /** Bytes to the host. */
  TO_HOST_BYTES,
  /**
   * Bytes on the device at the end of the time, estimated in whole 64 KiB from what went there and
   * left. Adds up over blocks; over times it is no sum.
   */
  RESIDENT_BYTES;

  @Override
  public Combination combination() {
    return Combination.SUM;
  }
}
