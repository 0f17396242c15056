package io.spillway.advise;

import io.spillway.profile.MachineFigures;
import java.util.ArrayList;
import java.util.List;

/**
 * What moving memory costs on the machine of a recording, in bytes per second. What a recording
 * does not tell is taken from the project's measurements of an H200, and named in {@code assumed}.
 *
 * @param faults faults that move pages to the device
 * @param readMostlyFaults faults that duplicate read-mostly pages
 * @param writeBack moves to the host of data whose host pages exist
 * @param zeroCopy kernels reading host memory in place
 * @param hostPages moves to the host of data whose host pages have to be made
 * @param readMostlySet first read-mostly advice on what the host has filled
 * @param device kernels reading device memory
 * @param assumed which of these the recording did not tell
 */
public record Prices(
    double faults,
    double readMostlyFaults,
    double writeBack,
    double zeroCopy,
    double hostPages,
    double readMostlySet,
    double device,
    List<String> assumed) {

  /** measurements h200: {@code fault.h2d}, second pass; the first is slower. */
  private static final double FAULTS = 11.9e9;

  /** measurements h200: {@code fault.h2d.readmostly}. */
  private static final double READ_MOSTLY_FAULTS = 16.5e9;

  /** measurements h200: {@code prefetch.d2h}, the best of its range. */
  private static final double WRITE_BACK = 18.3e9;

  /** measurements h200: {@code zerocopy.managed}. */
  private static final double ZERO_COPY = 51.2e9;

  /** measurements h200: {@code prefetch.d2h.first}. */
  private static final double HOST_PAGES = 4.0e9;

  /** measurements h200: {@code readmostly.set.first}, 98 ms for a GiB. */
  private static final double READ_MOSTLY_SET = (1L << 30) / 0.098;

  /** measurements h200: {@code device.read}. */
  private static final double DEVICE = 4470e9;

  /** Copies the list. */
  public Prices {
    assumed = List.copyOf(assumed);
  }

  /** The prices of {@code machine}. */
  public static Prices of(MachineFigures machine) {
    List<String> assumed = new ArrayList<>();
    return new Prices(
        told(machine.faultBytesPerSecond(), FAULTS, "faults", assumed),
        told(
            machine.readMostlyFaultBytesPerSecond(),
            READ_MOSTLY_FAULTS,
            "read-mostly faults",
            assumed),
        told(machine.linkToHostBytesPerSecond(), WRITE_BACK, "link to host", assumed),
        told(machine.zeroCopyBytesPerSecond(), ZERO_COPY, "zero-copy", assumed),
        told(machine.firstWriteBackBytesPerSecond(), HOST_PAGES, "making host pages", assumed),
        told(
            machine.readMostlySetBytesPerSecond(), READ_MOSTLY_SET, "setting read-mostly", assumed),
        told(machine.deviceBytesPerSecond(), DEVICE, "device memory", assumed),
        assumed);
  }

  private static double told(double figure, double otherwise, String name, List<String> assumed) {
    if (figure > 0) {
      return figure;
    }
    assumed.add(name);
    return otherwise;
  }

  /** Seconds to fault {@code bytes} in. */
  double faultIn(double bytes) {
    return bytes / faults;
  }

  /** Seconds to move {@code bytes} to the host. */
  double writeBack(double bytes) {
    return bytes / writeBack;
  }

  /**
   * Seconds that a copy of {@code bytes} takes longer where the host pages that it fills have to be
   * made; what it would have taken is less than the error of this price.
   */
  double fillOnHost(double bytes) {
    return bytes / hostPages;
  }
}
