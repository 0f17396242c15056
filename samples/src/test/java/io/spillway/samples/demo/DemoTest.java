package io.spillway.samples.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spillway.driver.sim.GpuModel;
import io.spillway.range.Blocks;
import io.spillway.range.ByteSize;
import io.spillway.samples.device.Devices;
import io.spillway.samples.device.Machine;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class DemoTest {

  private static final Job RATIO_3 = new Job(12, 16 * ByteSize.MIB, 20, 2, 64 * ByteSize.MIB);

  private static DemoReport run(Job job, Supplier<Machine> machines, Row... rows) {
    return new Demo(job, machines, List.of(rows), Progress.none()).run();
  }

  private static Machine backed() {
    return Devices.simulate(GpuModel.h200(), true);
  }

  @Test
  void everyWayGivesTheHostsResult() {
    DemoReport report = run(RATIO_3, DemoTest::backed, Row.values());

    assertThat(report.rows())
        .hasSize(1 + Row.values().length)
        .allSatisfy(row -> assertThat(row.resultOk()).as(row.toString()).contains(true));
    assertThat(report.ok()).isTrue();
  }

  @Test
  void fetchingOneAheadIsThreeTimesAsFastAsFaultsAtRatioThree() {
    DemoReport report = run(RATIO_3, DemoTest::backed, Row.FAULTS, Row.ONE_AHEAD);

    assertThat(seconds(report, "faults") / seconds(report, "one-ahead")).isGreaterThan(3);
  }

  /**
   * The least bytes are those of the layers that do not fit, and of those that one launch and what
   * is in flight take the room of; the least time is theirs at the rate of a prefetch.
   */
  @Test
  void theEngineComesNearWhatMovesTakeAtLeastWithAndWithoutScopes() {
    Job job = new Job(48, 256 * ByteSize.MIB, 20, 4, 2, 4 * ByteSize.GIB);
    GpuModel model = GpuModel.h200();

    DemoReport report =
        run(
            job,
            () -> Devices.simulate(model, false),
            Row.RESIDENT,
            Row.ONE_AHEAD,
            Row.SPILLWAY,
            Row.SPILLWAY_SCOPES,
            Row.DOUBLE_BUFFERED);

    long leastBytes = job.footprintBytes() - job.budgetBytes();
    double kernels = seconds(report, "resident");
    double least =
        leastBytes / (model.prefetchLinkGBps() * 1e9)
            + kernels * (1 - model.prefetchOverlapGBps() / model.prefetchLinkGBps());
    for (String row : List.of("spillway", "spillway-scopes")) {
      RowResult.Figures figures = report.figures(row).orElseThrow();
      assertThat(figures.traffic().bytesOut()).as(row).isZero();
      assertThat(figures.traffic().bytesIn())
          .as(row)
          .isBetween(leastBytes, leastBytes + 2 * job.layerBytes());
      assertThat(least / figures.secondsPerPass()).as(row).isBetween(0.92, 1.0);
      assertThat(figures.secondsPerPass())
          .as(row)
          .isLessThan(seconds(report, "double-buffered"))
          .isLessThan(seconds(report, "one-ahead") / 1.4);
    }
  }

  /**
   * Everything comes once, at the rate of a prefetch, out of pages that the host has just written:
   * the driver unmaps each block from it as it leaves, of which contexts do a part one after the
   * other.
   */
  @Test
  void withAProfileTheFirstPassTakesLittleMoreThanFetchingEverythingOnce() {
    Job job = new Job(48, 256 * ByteSize.MIB, 20, 4, 2, 4 * ByteSize.GIB);
    GpuModel model = GpuModel.h200();

    DemoReport report =
        run(job, () -> Devices.simulate(model, false), Row.SPILLWAY, Row.SPILLWAY_PROFILE);

    double once =
        job.footprintBytes() / (model.prefetchLinkGBps() * 1e9)
            + job.footprintBytes()
                / Blocks.BYTES
                * model.hostUnmapBlockNanos()
                * model.hostUnmapSharedPart()
                * 1e-9;
    RowResult.Figures with = report.figures("spillway-profile").orElseThrow();
    RowResult.Figures without = report.figures("spillway").orElseThrow();
    assertThat(with.firstSeconds() / once).isBetween(1.0, 1.1);
    assertThat(with.secondsPerPass()).isCloseTo(without.secondsPerPass(), withinPercentage(3));
  }

  /** Without, what leaves for the first time is copied to the host in the second pass. */
  @Test
  void withAProfileTheFirstTwoPassesTakeTwoThirdsOfWhatTheyTakeWithout() {
    Job job = new Job(48, 256 * ByteSize.MIB, 20, 1, 1, 4 * ByteSize.GIB);

    DemoReport report =
        run(
            job,
            () -> Devices.simulate(GpuModel.h200(), false),
            Row.SPILLWAY,
            Row.SPILLWAY_PROFILE);

    assertThat(firstTwoPasses(report, "spillway-profile"))
        .isLessThan(0.7 * firstTwoPasses(report, "spillway"));
  }

  private static double firstTwoPasses(DemoReport report, String row) {
    RowResult.Figures figures = report.figures(row).orElseThrow();
    return figures.firstSeconds() + figures.secondsPerPass();
  }

  @Test
  void bytesAreWhatEachWayHasToMove() {
    long footprintBytes = RATIO_3.footprintBytes();

    DemoReport report = run(RATIO_3, DemoTest::backed, Row.values());

    assertThat(report.figures("bound").orElseThrow().traffic().bytesIn())
        .isEqualTo(footprintBytes - RATIO_3.budgetBytes());
    assertThat(report.figures("resident").orElseThrow().traffic().bytesIn()).isZero();
    // Cyclic access under a least-recently-used budget misses every time.
    assertThat(report.figures("faults").orElseThrow().traffic().bytesIn())
        .isEqualTo(footprintBytes);
    assertThat(report.figures("faults").orElseThrow().traffic().bytesOut()).isZero();
    assertThat(report.figures("faults-writeback").orElseThrow().traffic().bytesOut())
        .isEqualTo(footprintBytes);
    assertThat(report.figures("double-buffered").orElseThrow().traffic().bytesIn())
        .isEqualTo(footprintBytes);
    assertThat(report.figures("double-buffered-kept").orElseThrow().traffic().bytesIn())
        .isEqualTo(footprintBytes - RATIO_3.keptLayers() * RATIO_3.layerBytes());
    assertThat(report.figures("zero-copy").orElseThrow().traffic().bytesIn())
        .isEqualTo(footprintBytes * RATIO_3.readsPerLayer());
  }

  @Test
  void aWrongResultIsFoundAndReported() {
    Supplier<Machine> misreading = () -> new MisreadingMachine(backed(), 7);

    DemoReport report = run(RATIO_3, misreading, Row.ONE_AHEAD);

    assertThat(report.ok()).isFalse();
    assertThat(report.rows().getLast().resultOk()).contains(false);
    assertThat(report.text()).contains("WRONG");
  }

  @Test
  void withoutContentsResultsAreLeftOpenAndThatIsSaid() {
    DemoReport report = run(RATIO_3, () -> Devices.simulate(GpuModel.h200(), false), Row.ONE_AHEAD);

    assertThat(report.rows()).allSatisfy(row -> assertThat(row.resultOk()).isEmpty());
    assertThat(report.ok()).isTrue();
    assertThat(report.text()).contains(DemoReport.METADATA_ONLY);
    assertThat(report.json().get("rows").get(1).get("result_ok").isNull()).isTrue();
  }

  @Test
  void contentsDoNotChangeTheTimes() {
    DemoReport with = run(RATIO_3, DemoTest::backed, Row.FAULTS, Row.ONE_AHEAD);
    DemoReport without =
        run(RATIO_3, () -> Devices.simulate(GpuModel.h200(), false), Row.FAULTS, Row.ONE_AHEAD);

    for (String name : List.of("faults", "one-ahead")) {
      assertThat(seconds(with, name)).isCloseTo(seconds(without, name), within(1e-9));
    }
  }

  @Test
  void weightsThatDoNotFitTheDeviceHaveNoResidentRow() {
    Job larger = new Job(75, 2 * ByteSize.GIB, 1, 1, 40 * ByteSize.GIB);

    RowResult resident =
        run(larger, () -> Devices.simulate(GpuModel.h200(), false), Row.RESIDENT).rows().getLast();

    assertThat(resident.figures()).isEmpty();
    assertThat(resident.wrong()).isFalse();
    assertThat(resident.note()).startsWith("not run: does not fit: 150 GiB of weights, 139");
  }

  @Test
  void jsonHasOneObjectPerRow() {
    ObjectNode json = run(RATIO_3, DemoTest::backed, Row.values()).json();

    assertThat(json.get("simulated").booleanValue()).isTrue();
    assertThat(json.get("device").textValue()).contains("H200").contains("simulated");
    assertThat(json.get("footprint_bytes").longValue()).isEqualTo(12 * 16 * ByteSize.MIB);
    assertThat(json.get("budget_bytes").longValue()).isEqualTo(64 * ByteSize.MIB);
    assertThat(json.get("notes").get(0).textValue()).isEqualTo(DemoReport.NEVER_FULL);
    assertThat(json.get("rows").findValuesAsText("name"))
        .containsExactly(
            "bound",
            "resident",
            "faults",
            "faults-writeback",
            "one-ahead",
            "spillway",
            "spillway-profile",
            "spillway-scopes",
            "double-buffered",
            "double-buffered-kept",
            "zero-copy");
    json.get("rows")
        .forEach(
            row -> {
              assertThat(row.get("first_pass_seconds").doubleValue()).isPositive();
              assertThat(row.get("seconds_per_pass").doubleValue()).isPositive();
              assertThat(row.get("bytes_in").isIntegralNumber()).isTrue();
              assertThat(row.get("bytes_out").isIntegralNumber()).isTrue();
              assertThat(row.get("fraction_of_bound").doubleValue()).isPositive();
              assertThat(row.get("result_ok").booleanValue()).isTrue();
            });
  }

  @Test
  void theTableNamesTheSimulationAndTheBudget() {
    String text = run(RATIO_3, DemoTest::backed, Row.values()).text();

    assertThat(text)
        .startsWith("SIMULATED NVIDIA H200")
        .contains("12 layers x 16 MiB = 192 MiB of weights, budget 64 MiB (ratio 3.0)")
        .contains(DemoReport.NEVER_FULL);
    assertThat(Arrays.stream(Row.values()).map(Row::label)).allMatch(text::contains);
  }

  private static double seconds(DemoReport report, String name) {
    Optional<RowResult.Figures> figures = report.figures(name);
    return figures.orElseThrow().secondsPerPass();
  }
}
