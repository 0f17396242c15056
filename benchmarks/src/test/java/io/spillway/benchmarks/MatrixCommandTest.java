package io.spillway.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.benchmarks.trace.DnnFiles;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command, from a folder of traces to a folder of results. */
class MatrixCommandTest {

  private static final String LAYERS = "gen:layers?count=6&bytes=8m&laps=3&state=2m";

  @TempDir private Path traces;
  @TempDir private Path out;

  private final StringWriter told = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return BenchmarksCommand.run(
        new PrintWriter(told, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void writesRowsPlotsAndAPage() throws IOException {
    DnnFiles.chain(traces);
    Files.writeString(traces.resolve("README.md"), "no trace");
    int status =
        run(
            "matrix",
            traces.toString(),
            "--out",
            out.toString(),
            "--generated",
            LAYERS,
            "--ratio",
            "1.5,3");
    assertThat(err.toString()).isEmpty();
    assertThat(status).isZero();
    String text = Files.readString(out.resolve("rows.json"));
    JsonNode rows = new ObjectMapper().readTree(text);
    assertThat(text.lines()).hasSize(rows.size() + 2);
    assertThat(rows.findValuesAsText("trace").stream().distinct())
        .containsExactly("Chain-1", "Chain-1?flat=remove", LAYERS.substring(4));
    assertThat(text).doesNotContain(traces.toString());
    assertThat(rows.get(0).get("policy").asText()).isEqualTo("all-resident");
    assertThat(rows.findValuesAsText("ratio").stream().distinct()).containsExactly("1.5", "3.0");
    String page = Files.readString(out.resolve("README.md"));
    assertThat(page)
        .contains("| stock | 3 |", "| [link-bound] | 3 | 1.000, 1.000 | 1.000, 1.000 |")
        .contains("(Chain-1-flat-remove.png)", "policy offline needs a trace")
        .doesNotContain(traces.toString());
    try (Stream<Path> files = Files.list(out)) {
      assertThat(files.map(Path::getFileName).map(Path::toString))
          .containsExactlyInAnyOrder(
              "README.md",
              "rows.json",
              "Chain-1.png",
              "Chain-1-flat-remove.png",
              "layers-count-6-bytes-8m-laps-3-state-2m.png");
    }
    assertThat(Files.readAllBytes(out.resolve("Chain-1.png"))).startsWith(0x89, 'P', 'N', 'G');
    assertThat(told.toString()).contains("%d rows of 3 traces".formatted(rows.size()));
  }

  @Test
  void everyGeneratorIsInTheMatrix() {
    assertThat(MatrixTraces.generated())
        .extracting(name -> name.replaceAll("\\?.*", ""))
        .contains(
            "gen:layers",
            "gen:moe",
            "gen:training",
            "gen:bfs",
            "gen:pagerank",
            "gen:scan",
            "gen:join",
            "gen:models",
            "gen:uniform");
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(run("matrix", traces.resolve("none").toString(), "--out", out.toString()))
        .isEqualTo(2);
    assertThat(err.toString()).contains("no such folder of traces");
    assertThat(run("matrix")).isEqualTo(2);
    assertThat(run("matrix", "--out", out.toString(), "--ratio", "1.5,0")).isEqualTo(2);
    assertThat(err.toString()).contains("0: a footprint divided by a budget is above 0");
    assertThat(run("matrix", "--out", out.toString(), "--ratio", "two")).isEqualTo(2);
    assertThat(err.toString()).contains("'two': not a number");
  }
}
