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
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command, from its arguments to what it prints. */
class CompareCommandTest {

  private static final String LAYERS = "gen:layers?count=6&bytes=8m&laps=3&state=2m";

  @TempDir private Path folder;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... arguments) {
    return BenchmarksCommand.run(new PrintWriter(out, true), new PrintWriter(err, true), arguments);
  }

  @Test
  void printsOneListOfRows() throws IOException {
    assertThat(run("compare", LAYERS, "--ratio", "1.5,3", "--policy", "stock,pin-ring", "--json"))
        .isZero();
    JsonNode rows = new ObjectMapper().readTree(out.toString());
    assertThat(rows).hasSize(2 * (3 + 2));
    for (JsonNode row : rows) {
      assertThat(row.get("trace").asText()).isEqualTo(LAYERS.substring(4));
      assertThat(row.get("gpu").asText()).isEqualTo("h200");
      assertThat(row.get("seconds").asDouble()).isPositive();
    }
    assertThat(rows.findValuesAsText("policy"))
        .isEqualTo(
            List.of(
                "all-resident",
                "link-bound",
                "belady-oracle",
                "stock",
                "pin-ring",
                "all-resident",
                "link-bound",
                "belady-oracle",
                "stock",
                "pin-ring"));
  }

  @Test
  void theArtifactsRuleComesTwice() throws IOException {
    Path file = DnnFiles.chain(folder);
    assertThat(run("compare", file.toString(), "--rule", "g10", "--json")).isZero();
    JsonNode rows = new ObjectMapper().readTree(out.toString());
    assertThat(rows.findValuesAsText("trace").stream().distinct())
        .containsExactly("Chain-1", "Chain-1 (flat kernels removed)");
    assertThat(rows.findValuesAsText("policy").subList(0, 7))
        .containsExactly(
            "all-resident",
            "lower-bound",
            "stretch-bound",
            "lru",
            "deepUM",
            "prefetch_lru",
            "spillway");
    assertThat(rows.get(3).get("rule").asText()).isEqualTo("g10");
    // It fits: steady iterations run at full speed.
    assertThat(rows.get(3).get("fraction_of_bound").asDouble()).isEqualTo(1);
  }

  @Test
  void aRatioSizesTheArtifactsGpu() throws IOException {
    Path file = DnnFiles.chain(folder);
    assertThat(
            run(
                "compare",
                file.toString(),
                "--rule",
                "g10",
                "--host-only",
                "--ratio",
                "1.25",
                "--policy",
                "lru",
                "--csv"))
        .isZero();
    List<String> lines = out.toString().lines().toList();
    assertThat(lines).hasSize(1 + 2 * 4);
    assertThat(lines.get(4)).startsWith("Chain-1,a100-40gb,g10,1.25,lru,");
    assertThat(lines.get(4)).doesNotContain(",1.0,0,0,");
  }

  @Test
  void writesAPageToAFile() throws IOException {
    Path page = folder.resolve("page.html");
    assertThat(
            run(
                "compare",
                LAYERS,
                "--ratio",
                "2",
                "--policy",
                "lru",
                "--html",
                "--out",
                page.toString()))
        .isZero();
    assertThat(Files.readString(page)).startsWith("<!DOCTYPE html>").contains("<svg");
    assertThat(out.toString()).isEmpty();
  }

  @Test
  void saysWhatIsWrong() {
    assertThat(run("compare", LAYERS, "--policy", "nobody")).isEqualTo(2);
    assertThat(err.toString()).contains("policy 'nobody'", "second-chance");
    assertThat(run("compare", LAYERS, "--gpu", "abacus")).isEqualTo(2);
    assertThat(err.toString()).contains("abacus");
    assertThat(run("compare", LAYERS, "--ratio", "0")).isEqualTo(2);
    assertThat(run("compare", "missing.csv")).isEqualTo(2);
    assertThat(run("compare")).isEqualTo(2);
    assertThat(run()).isEqualTo(2);
  }

  @Test
  void aFileThatIsNoTraceFails() throws IOException {
    Path file = folder.resolve("x.txt");
    Files.writeString(file, "hello\n");
    assertThat(run("compare", file.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("no known trace format");
  }
}
