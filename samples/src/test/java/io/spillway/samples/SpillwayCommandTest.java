package io.spillway.samples;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.driver.Capability;
import java.io.BufferedWriter;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpillwayCommandTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return SpillwayCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void demoPrintsOneJsonObject() throws JsonProcessingException {
    int code =
        run("demo", "--simulate", "--json", "--layers", "6", "--layer-size", "4m", "--passes", "1");

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(code).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(json.get("simulated").booleanValue()).isTrue();
    assertThat(json.get("footprint_bytes").longValue()).isEqualTo(24L << 20);
    assertThat(json.get("budget_bytes").longValue()).isEqualTo(8L << 20);
    assertThat(json.get("rows"))
        .hasSize(11)
        .allSatisfy(row -> assertThat(row.get("result_ok").booleanValue()).isTrue());
  }

  /** The process ends right after, by System.exit. */
  @Test
  void nothingStaysUnwritten() {
    StringWriter written = new StringWriter();
    int code =
        SpillwayCommand.run(
            new PrintWriter(new BufferedWriter(written)), new PrintWriter(err), "--version");
    assertThat(code).isZero();
    assertThat(written.toString()).isNotBlank();
  }

  @Test
  void demoPrintsATable() {
    int code =
        run(
            "demo",
            "--simulate",
            "--layers",
            "4",
            "--layer-size",
            "4m",
            "--rows",
            "faults,one-ahead");

    assertThat(code).isZero();
    assertThat(out.toString())
        .startsWith("SIMULATED")
        .contains("of bound", "bound", "faults", "one-ahead", "equal")
        .doesNotContain("zero-copy");
  }

  @Test
  void aModelLargerThanTheHostIsSimulatedWithoutContents() throws JsonProcessingException {
    int code =
        run(
            "demo",
            "--simulate",
            "--json",
            "--layers",
            "16",
            "--layer-size",
            "2g",
            "--budget",
            "10 GiB",
            "--passes",
            "1",
            "--rows",
            "one-ahead");

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(code).isZero();
    assertThat(json.get("notes")).hasSize(2);
    assertThat(json.get("rows").get(1).get("result_ok").isNull()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--layers 0 | layers of 0: must be at least 1",
        "--layers many | Invalid value for option '--layers': 'many' is not an int",
        "--layer-size 3m | layer size of 3 MiB (3145728 bytes): must be a positive multiple of 2"
            + " MiB, such as 16 MiB",
        "--layer-size 0 | layer size of 0 B (0 bytes): must be a positive multiple of 2 MiB, such"
            + " as 16 MiB",
        "--layer-size huge | size 'huge': write a number with an optional unit, such as 4096, 512m"
            + " or 4 GiB",
        "--layer-size 9223372036854775807 | must be a positive multiple of 2 MiB, such as 16 MiB",
        "--budget 1m | less than 2 layers of 16 MiB, the least that can be streamed; raise the"
            + " budget or lower the layer size",
        "--passes 0 | passes of 0: must be at least 1",
        "--reads -1 | reads of -1: must be at least 1",
        "--rows fast | row 'fast': known are resident, faults, faults-writeback, one-ahead,"
            + " spillway, spillway-profile, spillway-scopes, double-buffered, double-buffered-kept,"
            + " zero-copy",
        "--gpu rtx | GPU model 'rtx': known are h200",
        "--colour | Unknown option: '--colour'"
      })
  void badArgumentsAreRefusedWithValueLimitAndRemedy(String arguments, String message) {
    int code = run(("demo --simulate " + arguments).split(" "));

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void aDeviceThatIsNotThereIsNotReplacedByASimulation() {
    int code = run("demo", "--device", "99");

    assertThat(code).isEqualTo(2);
    assertThat(err.toString())
        .contains("device 99: ")
        .contains("leave --device out to use the simulator");
  }

  @Test
  void latencyComparesLaunchesThatTheEngineHearsOfWithBareOnes() throws JsonProcessingException {
    int code = run("latency", "--simulate", "--json", "--launches", "500", "--layers", "12");

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(code).isZero();
    assertThat(err.toString()).isEmpty();
    assertThat(json.get("simulated").booleanValue()).isTrue();
    assertThat(json.get("budget_bytes").longValue()).isEqualTo(72L << 20);
    assertThat(json.get("fetched_bytes").longValue()).as("the engine was busy").isPositive();
    assertThat(json.get("engine").textValue()).startsWith("on");
    for (String percentile : new String[] {"p50", "p99", "p99.9"}) {
      assertThat(json.get("bare_ns").get(percentile).longValue()).isPositive();
      assertThat(json.get("difference_ns").get(percentile).longValue())
          .isEqualTo(
              json.get("told_ns").get(percentile).longValue()
                  - json.get("bare_ns").get(percentile).longValue());
    }
  }

  @Test
  void latencyOfTooSmallABudgetIsRefused() {
    assertThat(run("latency", "--simulate", "--budget", "16m")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "budget of 16 MiB: less than 3 layers of 8 MiB, the least that can be streamed; raise"
                + " the budget");
  }

  @Test
  void writingComparesWaysWithEqualResults() {
    assertThat(run("writing", "--simulate", "--layers", "12", "--layer-size", "4m", "--steps", "1"))
        .isZero();

    assertThat(out.toString())
        .contains("12 activations of 4 MiB, 48 MiB in all", "budget 24 MiB")
        .containsPattern("(?m)^bound +1.00")
        .containsPattern("(?m)^resident .* equal$")
        .containsPattern("(?m)^faults-writeback .* equal$")
        .containsPattern("(?m)^spillway .* equal$")
        .containsPattern("(?m)^by-hand .* equal$")
        .doesNotContain("WRONG");
  }

  @Test
  void writingThatComputesGivesEqualResultsToo() {
    assertThat(
            run(
                "writing",
                "--simulate",
                "--work",
                "7",
                "--layers",
                "8",
                "--layer-size",
                "2m",
                "--steps",
                "2"))
        .isZero();
    assertThat(out.toString())
        .containsPattern("(?m)^resident .* equal$")
        .containsPattern("(?m)^spillway .* equal$")
        .containsPattern("(?m)^by-hand .* equal$")
        .doesNotContain("WRONG");

    assertThat(run("writing", "--simulate", "--work", "-1")).isEqualTo(2);
    assertThat(err.toString()).contains("-1 rounds of work: must be at least 0");
  }

  @Test
  void writingOfTooSmallABudgetIsRefused() {
    assertThat(run("writing", "--simulate", "--budget", "16m")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "budget of 16 MiB: less than 3 layers of 16 MiB, the least that can be streamed; raise"
                + " the budget");
  }

  @Test
  void rewritingWhatPassedForReadOnlyGivesEqualResults() {
    assertThat(run("rewrite", "--simulate", "--layers", "12", "--layer-size", "64m")).isZero();

    assertThat(out.toString())
        .contains("12 layers of 64 MiB, budget 384 MiB: read 50 times, written once, read 10 times")
        .containsPattern("(?m)^resident .* equal$")
        .containsPattern("(?m)^faults-writeback .* equal$")
        .containsPattern("(?m)^never read-mostly +1.000 .* equal$")
        .containsPattern("(?m)^spillway +(0|1\\.[0-4]).* equal$")
        .doesNotContain("WRONG");
  }

  @Test
  void comparedProgramsHaveToTakeEnough() {
    assertThat(run("compare-programs", "--footprint", "10m")).isEqualTo(2);
    assertThat(err.toString()).contains("--footprint 10 MiB: must be at least 192 MiB");
  }

  @Test
  void waysAndProgramsThatThereAreNotAreRefusedWithThoseThatThereAre() {
    assertThat(run("compare-programs", "--ways", "plain,fast")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--ways fast: known are plain, fits, idle engine, faults, advised, zero-copy, engine");
    assertThat(run("compare-programs", "--programs", "Sort")).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "--programs Sort: known are VectorAdd, MatrixVectorIteration, BreadthFirstSearch,"
                + " NearestNeighbours");
  }

  @Test
  void withoutACommandItSaysWhichThereAre() {
    assertThat(run()).isEqualTo(2);
    assertThat(err.toString())
        .contains("name a command: doctor, demo, latency, writing, rewrite, advise");
  }

  @Test
  void doctorPrintsWhatItFound() throws JsonProcessingException {
    assertThat(run("doctor", "--json")).isZero();

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("active").isBoolean()).isTrue();
    if (!json.get("active").booleanValue()) {
      assertThat(json.get("inactive_reason").textValue()).isNotBlank();
    }
    assertThat(json.get("jdk").textValue()).contains("25");
    assertThat(json.get("jcuda").get("on_class_path").booleanValue()).isTrue();
    assertThat(json.get("host_memory").get("source").textValue()).isNotBlank();
    json.get("devices")
        .forEach(
            device -> {
              for (Capability capability : Capability.values()) {
                JsonNode entry =
                    device.get("capabilities").get(capability.name().toLowerCase(Locale.ROOT));
                assertThat(entry.get("present").booleanValue() || entry.hasNonNull("reason"))
                    .as(capability.name())
                    .isTrue();
              }
            });
  }

  @Test
  void doctorSaysWhetherSpillwayWouldBeActive() {
    assertThat(run("doctor")).isZero();

    assertThat(out.toString())
        .startsWith("Spillway would be ")
        .contains("Java", "CUDA driver", "JCuda", "host memory", "memory pressure");
  }

  @Test
  void doctorMeasuresTheSimulatorAndSaysSo() throws JsonProcessingException {
    assertThat(run("doctor", "--measure", "--simulate", "--json")).isZero();

    JsonNode measured = new ObjectMapper().readTree(out.toString()).get("measured");
    assertThat(measured.get("on").textValue()).contains("SIMULATED");
    JsonNode rates = measured.get("gb_per_s");
    assertThat(rates.get("pinned.h2d").doubleValue()).isBetween(50.0, 60.0);
    assertThat(rates.get("prefetch.h2d.2M").doubleValue())
        .isLessThan(rates.get("prefetch.h2d.128M").doubleValue());
    assertThat(rates.get("prefetch.d2h").doubleValue()).isBetween(9.0, 20.0);
    assertThat(rates.get("fault.h2d").doubleValue()).isBetween(5.0, 20.0);
    assertThat(rates.get("zerocopy.managed").doubleValue()).isBetween(40.0, 60.0);
    assertThat(rates.get("device.read").doubleValue()).isGreaterThan(3500);
  }

  @Test
  void doctorCannotMeasureADeviceThatIsNotThere() {
    assertThat(run("doctor", "--measure", "--device", "99")).isEqualTo(2);

    assertThat(err.toString())
        .contains("--measure: device 99 cannot be measured: ")
        .contains("leave --measure out, or add --simulate");
  }
}
