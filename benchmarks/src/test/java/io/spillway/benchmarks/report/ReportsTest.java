package io.spillway.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.benchmarks.compare.Comparison;
import io.spillway.benchmarks.compare.Row;
import io.spillway.benchmarks.compare.Rule;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The same two rows in every form. */
class ReportsTest {

  private static final Comparison COMPARISON =
      new Comparison(
          List.of(
              new Row(
                  "a,b",
                  "h200",
                  Rule.UVM,
                  2,
                  "link-bound",
                  true,
                  1.5,
                  1.5,
                  7,
                  8,
                  0.5,
                  List.of(),
                  Optional.empty()),
              new Row(
                  "a,b",
                  "h200",
                  Rule.UVM,
                  2,
                  "stock",
                  false,
                  3,
                  1.5,
                  1L << 30,
                  0,
                  2,
                  List.of(new Row.Cause("faults in", 1L << 30)),
                  Optional.of(new Row.Steady(2, 0.5, 0.25, 0.375, 3L << 30, 5)))),
          List.of("policy <x> needs more"));

  @Test
  void jsonIsOneListOfRows() throws IOException {
    JsonNode list = new ObjectMapper().readTree(JsonReport.of(COMPARISON.rows()));
    assertThat(list.isArray()).isTrue();
    assertThat(list).hasSize(2);
    assertThat(list.get(1).fieldNames())
        .toIterable()
        .containsExactly(
            "trace",
            "gpu",
            "rule",
            "ratio",
            "policy",
            "seconds",
            "bound_seconds",
            "fraction_of_bound",
            "bytes_in",
            "bytes_out",
            "stall_seconds",
            "steady_laps",
            "steady_seconds",
            "steady_fraction_of_bound",
            "steady_fraction_of_oracle",
            "steady_bytes_in",
            "steady_bytes_out");
    assertThat(list.get(1).get("steady_seconds").asDouble()).isEqualTo(0.5);
    assertThat(list.get(1).get("steady_fraction_of_oracle").asDouble()).isEqualTo(0.75);
    assertThat(list.get(0).has("steady_seconds")).as("no laps").isFalse();
    assertThat(list.get(1).get("rule").asText()).isEqualTo("uvm");
    assertThat(list.get(1).get("fraction_of_bound").asDouble()).isEqualTo(0.5);
    assertThat(list.get(1).get("bytes_in").asLong()).isEqualTo(1L << 30);
  }

  @Test
  void csvQuotesWhatHasCommas() {
    assertThat(CsvReport.of(COMPARISON.rows()).lines())
        .containsExactly(
            "trace,gpu,rule,ratio,policy,seconds,bound_seconds,fraction_of_bound,bytes_in,"
                + "bytes_out,stall_seconds,steady_laps,steady_seconds,steady_bound_seconds,"
                + "steady_oracle_seconds,steady_bytes_in,steady_bytes_out",
            "\"a,b\",h200,uvm,2.0,link-bound,1.5,1.5,1.0,7,8,0.5,,,,,,",
            "\"a,b\",h200,uvm,2.0,stock,3.0,1.5,0.5,1073741824,0,2.0,2,0.5,0.25,0.375,3221225472,5");
  }

  @Test
  void textMarksBoundsAndSaysWhatWasRefused() {
    assertThat(TextReport.of(COMPARISON))
        .startsWith("SIMULATED")
        .contains("a,b on h200, rule uvm", "[link-bound]", "0.500", "1 GiB", "policy <x> needs")
        .contains("steady lap", "0.5000  ", "0.750", "3 GiB");
  }

  @Test
  void thePageHasPlotsAndEscapesNames() {
    String page = HtmlReport.of(COMPARISON);
    assertThat(page).contains("<svg", "</svg>", "policy &lt;x&gt; needs more");
    assertThat(page.split("<svg", -1)).hasSize(3);
    assertThat(page).doesNotContain("<?xml", "http-equiv");
  }

  @Test
  void theBarFills() {
    StringWriter text = new StringWriter();
    ProgressBar bar = new ProgressBar(new PrintWriter(text));
    bar.begin(2);
    bar.done("one");
    bar.done("two");
    bar.end();
    assertThat(text.toString())
        .contains("[" + ".".repeat(30) + "] 0/2")
        .contains("[" + "#".repeat(15) + ".".repeat(15) + "] 1/2 one")
        .contains("[" + "#".repeat(30) + "] 2/2 two")
        .endsWith("\r\u001b[2K");
  }
}
