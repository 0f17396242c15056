package io.spillway.samples.advise;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.access.AccessKind;
import io.spillway.advise.Basis;
import io.spillway.advise.Treatment;
import io.spillway.advise.file.HintsFile;
import io.spillway.profile.RunSchedule;
import io.spillway.profile.ScheduleFile;
import io.spillway.profile.ScheduledAccess;
import io.spillway.samples.SpillwayCommand;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The layered demo recorded on the simulator, advised, and run again with its hints. */
class AdviseCommandTest {

  private static final long LAYER = 4 << 20;
  private static final int LAYERS = 24;

  /**
   * Three passes in which every layer makes another leave, but the first third, which finds room.
   */
  private static final long RECORDED_OUT = (3 * LAYERS - LAYERS / 3) * LAYER;

  private static final String[] DEMO = {
    "demo",
    "--simulate",
    "--json",
    "--layers",
    String.valueOf(LAYERS),
    "--layer-size",
    "4m",
    "--passes",
    "2",
    "--warm-up",
    "1",
    "--rows",
    "faults-writeback"
  };

  @TempDir private static Path directory;

  private static JsonNode before;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return SpillwayCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  private static JsonNode demo(String option, Path file) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] arguments = Arrays.copyOf(DEMO, DEMO.length + 2);
    arguments[DEMO.length] = option;
    arguments[DEMO.length + 1] = file.toString();
    int code =
        SpillwayCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
    assertThat(code).as(err.toString()).isZero();
    return new ObjectMapper().readTree(out.toString()).get("rows").get(1);
  }

  private static Path recording() {
    return directory.resolve("demo.jfr");
  }

  @BeforeAll
  static void record() throws IOException {
    before = demo("--profile", recording());
  }

  @Test
  void theDemoGetsTheHintItDeservesAndItsEvictionsEnd() throws IOException {
    Path hints = directory.resolve("hints.json");

    assertThat(run("advise", recording().toString(), "-o", hints.toString())).isZero();

    assertThat(HintsFile.read(hints).hints())
        .singleElement()
        .satisfies(
            hint -> {
              assertThat(hint.label()).isEqualTo("weights");
              assertThat(hint.treatment()).isEqualTo(Treatment.READ_MOSTLY);
              assertThat(hint.basis()).isEqualTo(Basis.DECLARED);
              assertThat(hint.whole()).isTrue();
              assertThat(hint.allocationBytes()).isEqualTo(LAYERS * LAYER);
              assertThat(hint.whileLaunches()).isEmpty();
            });
    JsonNode after = demo("--hints", hints);
    assertThat(before.get("bytes_out").asLong()).isEqualTo(LAYERS * LAYER);
    assertThat(after.get("bytes_out").asLong()).isZero();
    assertThat(after.get("bytes_in").asLong()).isEqualTo(before.get("bytes_in").asLong());
    assertThat(after.get("result_ok").asBoolean()).isTrue();
    assertThat(after.get("seconds_per_pass").asDouble())
        .isLessThan(before.get("seconds_per_pass").asDouble() * 0.8);
  }

  @Test
  void writesWhatWasLaunched() throws IOException {
    Path schedule = directory.resolve("schedule.json");

    assertThat(run("advise", recording().toString(), "--schedule", schedule.toString())).isZero();

    assertThat(out.toString())
        .contains("0 launches and a lap of 24, 24 of them distinct, are in " + schedule);
    RunSchedule launched = ScheduleFile.read(schedule);
    assertThat(launched.before()).isEmpty();
    assertThat(launched.lap()).hasSize(LAYERS);
    assertThat(launched.launches().get(launched.lap()[5]))
        .satisfies(
            launch -> {
              assertThat(launch.site()).isEqualTo("layer");
              assertThat(launch.accesses())
                  .containsExactly(new ScheduledAccess(0, 5 * LAYER, LAYER, AccessKind.READ));
            });
  }

  @Test
  void hintsOfAnotherSizeDoNoHarm() throws IOException {
    Path hints = directory.resolve("other.json");
    assertThat(run("advise", recording().toString(), "-o", hints.toString())).isZero();
    Files.writeString(
        hints,
        Files.readString(hints)
            .replace("\"bytes\": " + LAYERS * LAYER, "\"bytes\": " + LAYER)
            .replace("\"allocationBytes\": " + LAYERS * LAYER, "\"allocationBytes\": 8388608"));

    JsonNode after = demo("--hints", hints);

    assertThat(after.get("result_ok").asBoolean()).isTrue();
    assertThat(after.get("bytes_out").asLong()).isEqualTo(before.get("bytes_out").asLong());
  }

  @Test
  void explainsWhatFiredAndWhatTheReplayCost() {
    assertThat(run("advise", recording().toString(), "--explain")).isZero();

    assertThat(out.toString())
        .contains("allocation  range")
        .contains("weights     all of 96 MiB  read-mostly  declared")
        .contains("the program declares that launches only read it; without the hint each lap")
        .contains("rule read-mostly, laps=3, touchesPerLap=1, bytesInPerLap=100663296")
        .contains("on the replay it saves ")
        .contains("which is a model and not your card")
        .contains("without hints ");
  }

  @Test
  void printsOneObjectForPrograms() throws IOException {
    assertThat(run("advise", recording().toString(), "--json")).isZero();

    JsonNode json = new ObjectMapper().readTree(out.toString());
    assertThat(json.get("simulated").asBoolean()).isTrue();
    assertThat(json.get("hints")).hasSize(1);
    assertThat(json.get("hints").get(0).get("hint").asText()).isEqualTo("read-mostly");
    assertThat(json.get("hints").get(0).get("saves").get("bytes_to_host").asLong())
        .isEqualTo(RECORDED_OUT);
    assertThat(json.get("replay_with_hints").get("evicted_bytes").asLong()).isZero();
    assertThat(json.get("replay_without_hints").get("evicted_bytes").asLong()).isPositive();
  }

  @Test
  void advisesARunOfAnotherLength() throws IOException {
    assertThat(run("advise", recording().toString(), "--json", "--times", "2")).isZero();
    JsonNode twice = new ObjectMapper().readTree(out.toString());
    assertThat(twice.get("hints").get(0).get("saves").get("bytes_to_host").asLong())
        .isEqualTo(2 * RECORDED_OUT);

    out.getBuffer().setLength(0);
    assertThat(run("advise", recording().toString(), "--times", "0.01")).isZero();
    assertThat(out.toString())
        .contains("No hints.")
        .contains("no rule found a hint that repays what giving it costs");

    assertThat(run("advise", recording().toString(), "--times", "0")).isEqualTo(2);
    assertThat(err.toString()).contains("--times 0.0: must be positive");
  }

  @Test
  void printsCallsForPeopleWhoWantThemInCode() {
    assertThat(run("advise", recording().toString(), "--java")).isZero();

    assertThat(out.toString())
        .contains("// Call it once the data is filled.\n")
        .contains("static void adviseWeights(Spillway spillway, Allocation weights) {\n")
        .contains("  weights.readMostly();\n}\n");
  }

  @Test
  void whatIsNoRecordingIsSaid() throws IOException {
    assertThat(run("advise", directory.resolve("none.jfr").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("none.jfr: no file that can be read; record one with");
    Path text = Files.writeString(directory.resolve("text.jfr"), "not a recording");
    assertThat(run("advise", text.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("spillway: " + text);
    assertThat(run("advise", recording().toString(), "--json", "--java")).isEqualTo(2);
    assertThat(err.toString()).contains("--json and --java: ask for one of them");
  }

  @Test
  void hintsAreForOneWayWithoutAny() {
    assertThat(run("demo", "--simulate", "--hints", "x.json")).isEqualTo(2);
    assertThat(err.toString()).contains("add --rows faults-writeback");
    assertThat(run("demo", "--simulate", "--rows", "faults-writeback", "--hints", "x.json"))
        .isEqualTo(2);
    assertThat(err.toString()).contains("--hints x.json: no file that can be read");
  }
}
