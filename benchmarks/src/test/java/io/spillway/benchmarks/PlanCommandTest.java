package io.spillway.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.driver.sim.Calibration;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** The command, from its arguments to what it prints. */
class PlanCommandTest {

  private static final String LAYERS = "gen:layers?count=6&bytes=8m&laps=3&state=2m&compute=50";

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return BenchmarksCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void saysItInJson() throws IOException {
    int status =
        run(
            "plan",
            LAYERS,
            "--gpu",
            "rtx-4070,h200",
            "--budget",
            "24m",
            "--cpu-seconds",
            "0.5",
            "--json");
    assertThat(status).isZero();
    JsonNode plan = new ObjectMapper().readTree(out.toString());
    assertThat(plan.get("simulated").asBoolean()).isTrue();
    assertThat(plan.get("lap_launches").asInt()).isEqualTo(6);
    Calibration calibration = Calibration.h200();
    assertThat(plan.get("calibration").get("mean_error").asDouble())
        .isEqualTo(calibration.meanError());
    assertThat(plan.get("calibration").get("largest_error").asDouble())
        .isEqualTo(calibration.largestError());
    assertThat(plan.get("cards").findValuesAsText("gpu")).containsExactly("rtx-4070", "h200");
    JsonNode rtx = plan.get("cards").get(0);
    assertThat(rtx.get("calibrated").asBoolean()).isFalse();
    assertThat(rtx.get("assumed_figures").asInt()).isPositive();
    assertThat(rtx.get("runs").asBoolean()).isTrue();
    assertThat(rtx.get("ratio").asDouble()).isEqualTo(50.0 / 24);
    assertThat(rtx.get("cpu_seconds").asDouble()).isEqualTo(0.5);
    assertThat(rtx.get("ways")).hasSize(4);
    for (JsonNode way : rtx.get("ways")) {
      assertThat(way.get("seconds").asDouble())
          .isGreaterThanOrEqualTo(rtx.get("resident_seconds").asDouble());
      assertThat(way.get("seconds_with")).hasSize(3);
    }
    assertThat(rtx.get("helps_faults").get(0).get("what").asText()).startsWith("hints");
    assertThat(plan.get("cards").get(1).get("calibrated").asBoolean()).isTrue();
  }

  @Test
  void saysItInWords() {
    assertThat(run("plan", LAYERS, "--gpu", "h200,l4", "--budget", "24m", "--cpu-gbps", "80"))
        .isZero();
    Calibration calibration = Calibration.h200();
    String text = out.toString();
    assertThat(text)
        .startsWith("SIMULATED")
        .contains(
            String.format(
                Locale.ROOT,
                "%d figures were measured, the model is off by %.1f%% in the mean and %.1f%% at"
                    + " most",
                calibration.rows().size(),
                100 * calibration.meanError(),
                100 * calibration.largestError()))
        .contains("h200 (NVIDIA H200): calibrated", "l4 (NVIDIA L4): not calibrated")
        .contains("runs      yes", "binds     ", "[all resident]", "kept+stream")
        .contains("most first: hints", "the CPU's being 80 GB/s");
  }

  @Test
  void plansACardOfMoreMemoryThanItsHost() {
    // Three quarters of an H200 are 104 GiB, a quarter more is beyond what its host can promise.
    assertThat(run("plan", LAYERS, "--gpu", "h200")).isZero();
    assertThat(out.toString())
        .contains("runs      yes, and fits the budget")
        .contains("helps     on faults alone, nothing; no help: ")
        .doesNotContain("helps     on kept+stream");
  }

  @Test
  void saysThatItWouldNotRun() {
    assertThat(run("plan", LAYERS, "--gpu", "l4", "--budget", "8m", "--host", "40m")).isZero();
    assertThat(out.toString())
        .contains("runs      no: the host must be able to hold all 50 MiB", "binds     host memory")
        .doesNotContain("helps");
  }

  @Test
  void saysThatALaunchAloneIsLargerThanTheBudget() {
    assertThat(run("plan", LAYERS, "--gpu", "h200", "--budget", "6m")).isZero();
    assertThat(out.toString()).contains("one launch alone is on 10 MiB, more than the budget");
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(run("plan", LAYERS)).isEqualTo(2);
    assertThat(run("plan", LAYERS, "--gpu", "abacus")).isEqualTo(2);
    assertThat(err.toString()).contains("abacus");
    assertThat(run("plan", LAYERS, "--gpu", "l4", "--cpu-seconds", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--cpu-seconds 0.0: must be above 0");
    assertThat(run("plan", LAYERS, "--gpu", "l4", "--cpu-seconds", "1", "--cpu-gbps", "1"))
        .isEqualTo(2);
    assertThat(run("plan", LAYERS, "--gpu", "l4", "--budget", "much")).isEqualTo(2);
    assertThat(run("plan", "missing.jfr", "--gpu", "l4")).isEqualTo(2);
  }
}
