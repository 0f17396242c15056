package io.spillway.profile;

/** Which way bytes crossed the link. */
public enum Direction {
  /** From the host to the device. */
  TO_DEVICE,
  /** From the device to the host. */
  TO_HOST
}
