package io.spillway.benchmarks.plan;

import java.util.Locale;

/** What is known of computing the same on the CPU. */
public sealed interface CpuFigure {

  /** How long a lap takes there. */
  double lapSeconds(double residentSeconds, double deviceReadGBps);

  /** What it was taken from, in words. */
  String source();

  /**
   * Measured.
   *
   * @param seconds of one lap
   */
  record Seconds(double seconds) implements CpuFigure {
    /** Checks that it can be meant. */
    public Seconds {
      positive("--cpu-seconds", seconds);
    }

    @Override
    public double lapSeconds(double residentSeconds, double deviceReadGBps) {
      return seconds;
    }

    @Override
    public String source() {
      return "as given";
    }
  }

  /**
   * The CPU's memory bandwidth, for kernels that memory binds: a lap takes as much longer than with
   * all in device memory as the CPU's memory is slower than the card's.
   *
   * @param gigabytesPerSecond 10^9 bytes a second
   */
  record MemoryBandwidth(double gigabytesPerSecond) implements CpuFigure {
    /** Checks that it can be meant. */
    public MemoryBandwidth {
      positive("--cpu-gbps", gigabytesPerSecond);
    }

    @Override
    public double lapSeconds(double residentSeconds, double deviceReadGBps) {
      return residentSeconds * deviceReadGBps / gigabytesPerSecond;
    }

    @Override
    public String source() {
      return String.format(
          Locale.ROOT,
          "all-resident time by the ratio of memory bandwidths, the CPU's being %.0f GB/s",
          gigabytesPerSecond);
    }
  }

  private static void positive(String option, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("%s %s: must be above 0".formatted(option, value));
    }
  }
}
