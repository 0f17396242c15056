package io.spillway.benchmarks.compare.g10;

import io.spillway.benchmarks.trace.TrainingIteration.Kernel;

/**
 * What the artifact adds to a kernel that starts with pages missing: its "performance model".
 *
 * <p>Meant to follow the times measured under page faults; but since they are divided as whole
 * numbers, they are whole seconds, and for most kernels zero. What remains is the missing bytes at
 * the link's speed. Pages that a prefetch has queued are not missing.
 */
final class FaultPenalty {

  private static final double MILLIS_PER_SECOND = 1000;

  /** Where the measured times give no rate; bytes per millisecond. */
  private static final double UNLIMITED = 1_063_004_400;

  private static final double LINK = G10Machine.LINK_BYTES_PER_SECOND / MILLIS_PER_SECOND;
  private static final double SSD_LINK = G10Machine.SSD_BYTES_PER_SECOND / MILLIS_PER_SECOND;

  /** Share of the fault rate that is left where the SSD answers: 45 us of 45 + 20. */
  private static final double SSD_SHARE = 45.0 / 65.0;

  /** Pages of one kind of tensor, and which of them are missing. */
  static final class Side {
    long pages;
    long missing;
    long missingOnSsd;

    private double bytes() {
      return (double) pages * G10Machine.PAGE_BYTES;
    }

    private double missingPart() {
      return pages == 0 ? 0 : (double) missing / pages;
    }

    private double ssdPart() {
      return missing == 0 ? 0 : (double) missingOnSsd / missing;
    }
  }

  private FaultPenalty() {}

  /** Cycles added to {@code kernel}. */
  static long cycles(Kernel kernel, Side inputs, Side outputs) {
    double resident = wholeSeconds(kernel.nanos()) * MILLIS_PER_SECOND;
    double allFault = Math.max(wholeSeconds(kernel.faultNanos()) * MILLIS_PER_SECOND, resident);
    double inputsFault =
        Math.clamp(wholeSeconds(kernel.inputFaultNanos()) * MILLIS_PER_SECOND, resident, allFault);
    double rateIn = allFault == inputsFault ? UNLIMITED : inputs.bytes() / (allFault - inputsFault);
    double rateOut =
        inputsFault == resident ? UNLIMITED : outputs.bytes() / (inputsFault - resident);
    double ssdIn = inputs.ssdPart() == 0 ? 0 : Math.min(rateIn * SSD_SHARE, SSD_LINK);
    double ssdOut = outputs.ssdPart() == 0 ? 0 : Math.min(rateOut * SSD_SHARE, SSD_LINK);
    double left = LINK - Math.max(ssdIn, ssdOut);
    rateIn = Math.min(rateIn, left);
    rateOut = Math.min(rateOut, left);
    double missingIn = inputs.missingPart() * inputs.bytes();
    double missingOut = outputs.missingPart() * outputs.bytes();
    double ssdMillis =
        (ssdIn == 0 ? 0 : missingIn * inputs.ssdPart() / ssdIn)
            + (ssdOut == 0 ? 0 : missingOut * outputs.ssdPart() / ssdOut);
    double hostMillis =
        missingIn * (1 - inputs.ssdPart()) / rateIn
            + missingOut * (1 - outputs.ssdPart()) / rateOut;
    return (long) (Math.max(ssdMillis, hostMillis) / MILLIS_PER_SECOND * G10Machine.CLOCK_HZ);
  }

  private static double wholeSeconds(long nanos) {
    return Math.floorDiv(nanos, 1_000_000_000L);
  }
}
