package io.spillway.benchmarks.report;

import io.spillway.driver.sim.Calibration;
import io.spillway.driver.sim.GpuPreset;
import java.util.List;
import java.util.Locale;

/**
 * How far simulated times are off, in words, from the calibration that the library's tests hold.
 */
final class ModelError {

  private ModelError() {}

  /** What is known of the model itself. */
  static String line(Calibration calibration) {
    Calibration checking =
        new Calibration(
            calibration.gpu(), calibration.rows().stream().filter(row -> !row.fitted()).toList());
    return String.format(
        Locale.ROOT,
        "On the %s, where %d figures were measured, the model is off by %.1f%% in the mean and"
            + " %.1f%% at most; by %.1f%% and %.1f%% on the %d of them that it was not fitted"
            + " to.%n",
        calibration.gpu(),
        calibration.rows().size(),
        100 * calibration.meanError(),
        100 * calibration.largestError(),
        100 * checking.meanError(),
        100 * checking.largestError(),
        checking.rows().size());
  }

  /** What is known of one card. */
  static String of(GpuPreset preset, Calibration calibration) {
    if (preset.id().equals(calibration.gpu())) {
      return String.format(
          Locale.ROOT,
          "calibrated, off by %.1f%% in the mean and %.1f%% at most",
          100 * calibration.meanError(),
          100 * calibration.largestError());
    }
    List<String> assumed = preset.assumed();
    return "not calibrated: %d of its %d figures are assumed, so the error is not known"
        .formatted(assumed.size(), preset.figures().size());
  }
}
