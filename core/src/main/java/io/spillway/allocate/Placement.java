package io.spillway.allocate;

/** Where the caller wants an allocation. Anything but {@link #AUTO} is obeyed or refused. */
public enum Placement {
  /** The redirect rule decides. */
  AUTO,
  /** Plain device memory, never redirected; fails when the device is full. */
  DEVICE,
  /** Managed memory, whether or not it would fit the device. */
  MANAGED
}
