package io.spillway.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.spillway.driver.sim.GpuModel;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Devices;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * The demo on the simulator, held to what the same job took on an H200: the table "A cyclic weight
 * stream" of the project's measurements, each row within a quarter.
 */
class CyclicStreamCalibrationTest {

  private static final double MARGIN = 0.25;

  /** Seconds per pass of 48 layers of 256 MiB, 4 GiB of them on the device, 20 reads a layer. */
  private static final Map<String, Double> MEASURED =
      Map.of(
          "resident", 0.072,
          "bound", 0.174,
          "double-buffered", 0.243,
          "double-buffered-kept", 0.175,
          "one-ahead", 0.290,
          "faults", 1.10,
          "faults-writeback", 2.39,
          "zero-copy", 5.02);

  @Test
  void everyRowIsWithinAQuarterOfTheMeasuredOne() {
    Job job = new Job(48, 256 * ByteSize.MIB, 20, 2, 4 * ByteSize.GIB);
    DemoReport report =
        new Demo(
                job,
                () -> Devices.simulate(GpuModel.h200(), false),
                Arrays.stream(Row.values())
                    .filter(row -> MEASURED.containsKey(row.label()))
                    .toList(),
                Progress.none())
            .run();

    List<String> lines = new ArrayList<>();
    boolean calibrated = true;
    for (RowResult row : report.rows()) {
      double measured = MEASURED.get(row.name());
      double simulated = row.figures().map(RowResult.Figures::secondsPerPass).orElse(Double.NaN);
      double error = simulated / measured - 1;
      boolean within = Math.abs(error) <= MARGIN;
      calibrated &= within;
      lines.add(
          String.format(
              Locale.ROOT,
              "%-22s measured %6.3f s  simulated %6.3f s  error %+6.1f%%%s",
              row.name(),
              measured,
              simulated,
              100 * error,
              within ? "" : "  TOO FAR"));
    }
    assertThat(report.rows()).hasSameSizeAs(MEASURED.keySet());
    assertThat(calibrated).as(String.join("%n", lines)).isTrue();
  }
}
