package io.spillway.benchmarks.plan;

/** What a lap can be bound by. */
public enum Resource {
  /** Kernels, with all data at hand. */
  COMPUTE("compute"),
  /** Bytes to the device. */
  LINK_IN("link in"),
  /** Bytes from the device. */
  LINK_OUT("link out"),
  /** Neither kernels nor the link, but faults and the driver's handling of pages. */
  DRIVER("faults and the driver's work"),
  /** The host cannot hold what leaves the device. */
  HOST_MEMORY("host memory");

  private final String label;

  Resource(String label) {
    this.label = label;
  }

  /** Its name in reports. */
  public String label() {
    return label;
  }
}
