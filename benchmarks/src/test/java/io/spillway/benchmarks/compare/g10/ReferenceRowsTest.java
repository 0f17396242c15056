package io.spillway.benchmarks.compare.g10;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spillway.benchmarks.trace.DnnTrainingFile;
import io.spillway.benchmarks.trace.TrainingIteration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.opentest4j.TestAbortedException;

/**
 * The reference results of the artifact, reproduced: base UVM, DeepUM+ and G10 within 0.5%.
 *
 * <p>Needs the training traces and their {@code reference.json}: name the folder with {@code
 * -Dspillway.traces=FOLDER} or in the environment as {@code SPILLWAY_TRACES}; skipped otherwise.
 */
class ReferenceRowsTest {

  /** How far a row may be off; what is left depends on the addresses that a run of it had. */
  private static final double MARGIN = 0.005;

  /** The policies of the artifact that are replayed here. */
  static final Set<String> REPRODUCED = Set.of("lru", "deepUM", "prefetch_lru");

  @TestFactory
  Stream<DynamicTest> rows() throws IOException {
    JsonNode reference = reference();
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode row : reference.path("rows")) {
      JsonNode steady = row.path("own_run").path(1);
      String policy = row.path("policy").asText();
      if (!steady.isMissingNode() && REPRODUCED.contains(policy)) {
        String name = row.path("model").asText() + "-" + row.path("batch").asInt();
        boolean hostOnly = row.path("config").path("host_only").asBoolean();
        tests.add(
            DynamicTest.dynamicTest(
                name + " " + policy + (hostOnly ? " host only" : ""),
                () -> check(name, policy, hostOnly, steady)));
      }
    }
    assertThat(tests).isNotEmpty();
    return tests.stream();
  }

  @TestFactory
  Stream<DynamicTest> bounds() throws IOException {
    JsonNode reference = reference();
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode bound : reference.path("lower_bounds")) {
      String name = bound.path("model").asText() + "-" + bound.path("batch").asInt();
      tests.add(
          DynamicTest.dynamicTest(
              "bound of " + name,
              () -> {
                G10Bound own = G10Bound.of(read(name), G10Machine.published().gpuBytes());
                assertThat(own.peakLiveBytes()).isEqualTo(bound.path("peak_live").asLong());
                assertThat(own.leastBytes()).isEqualTo(bound.path("belady_fetch_bytes").asLong());
                assertThat(own.seconds()).isCloseTo(bound.path("lb_s").asDouble(), within(1e-3));
              }));
    }
    return tests.stream();
  }

  private static void check(String name, String policy, boolean hostOnly, JsonNode steady)
      throws IOException {
    G10Machine machine = hostOnly ? G10Machine.hostOnly() : G10Machine.published();
    G10Iteration own = new G10Replay(read(name), G10Policy.named(policy), machine).run(2).getLast();
    double seconds = steady.path("time_s").asDouble();
    System.getLogger(ReferenceRowsTest.class.getName())
        .log(
            System.Logger.Level.INFO,
            String.format(
                Locale.ROOT,
                "%s %s%s: %.4f s, reference %.4f s, %+.4f%%",
                name,
                policy,
                hostOnly ? " host only" : "",
                own.seconds(),
                seconds,
                100 * (own.seconds() / seconds - 1)));
    assertThat(own.seconds()).isCloseTo(seconds, within(seconds * MARGIN));
    double bytes = steady.path("bytes").path("total_in").asDouble();
    assertThat((double) own.bytesIn()).isCloseTo(bytes, within(bytes * MARGIN));
  }

  /** The reference results; skips the test if there are none. */
  static JsonNode reference() throws IOException {
    return new ObjectMapper().readTree(folder().resolve("reference.json").toFile());
  }

  /** A given trace, such as {@code BERT-256}. */
  static TrainingIteration read(String name) throws IOException {
    return DnnTrainingFile.read(folder().resolve(name + ".jsonl.gz"));
  }

  private static Path folder() {
    String named = System.getProperty("spillway.traces", System.getenv("SPILLWAY_TRACES"));
    if (named == null) {
      throw new TestAbortedException(
          "no training traces: name their folder with -Dspillway.traces or SPILLWAY_TRACES");
    }
    Path folder = Path.of(named);
    assumeTrue(Files.isReadable(folder.resolve("reference.json")), "no reference.json in " + named);
    return folder;
  }
}
