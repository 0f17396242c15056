package io.spillway.benchmarks.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every name opens the trace it means, the same one each time. */
class TracesTest {

  private static final long MIB = 1L << 20;

  @TempDir private Path folder;

  private static List<TraceLaunch> launches(Trace trace) {
    return IntStream.range(0, trace.launches()).mapToObj(trace::launch).toList();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gen:layers?count=4&bytes=3m&laps=2&reuse=3",
        "gen:moe?layers=3&experts=4&bytes=2m&shared=1m&tokens=5&drift=0.5&fused=2",
        "gen:training?layers=3&weights=1m&activations=2m&steps=2",
        "gen:bfs?scale=6&degree=4",
        "gen:pagerank?scale=6&degree=4&chunks=3",
        "gen:scan?bytes=10m&chunk=3m&passes=2",
        "gen:join?build=4m&probe=8m&chunk=2m",
        "gen:models?requests=5&scale=0.1",
        "gen:uniform?bytes=16m&launches=5"
      })
  void generatorsGiveTheSameTraceAgain(String name) throws IOException {
    Trace trace = Traces.open(name);
    Trace again = Traces.open(name);
    assertThat(launches(trace)).isNotEmpty().isEqualTo(launches(again));
    assertThat(trace.regions()).isEqualTo(again.regions());
    assertThat(trace.name()).isEqualTo(name.substring("gen:".length()));
  }

  @Test
  void theSeedMatters() throws IOException {
    assertThat(launches(Traces.open("gen:uniform?launches=9&seed=1")))
        .isNotEqualTo(launches(Traces.open("gen:uniform?launches=9&seed=2")));
    assertThat(launches(Traces.open("gen:moe?tokens=3&seed=1")))
        .isNotEqualTo(launches(Traces.open("gen:moe?tokens=3&seed=2")));
  }

  @Test
  void layersAreReadInOrderLapAfterLap() throws IOException {
    Trace trace = Traces.open("gen:layers?count=2&bytes=3m&laps=2&reuse=2&state=1m&compute=7");
    assertThat(trace.launches()).isEqualTo(8);
    assertThat(trace.footprintBytes()).isEqualTo(7 * MIB);
    assertThat(trace.launch(3))
        .isEqualTo(
            new TraceLaunch(
                3,
                "layer",
                1,
                7000,
                List.of(
                    new Touch(0, 3 * MIB, 3 * MIB, Effect.READ, 1),
                    new Touch(1, 0, MIB, Effect.UPDATE, 1)),
                List.of()));
    assertThat(trace.launch(4).ordinal()).isZero();
    assertThat(trace.regions().getFirst().readOnly()).isTrue();
  }

  @Test
  void fusedLayersChooseTheirExpertsAtOnce() throws IOException {
    Trace trace =
        Traces.open("gen:moe?layers=4&experts=5&top=2&bytes=2m&shared=1m&tokens=3&fused=2");
    assertThat(trace.launches()).isEqualTo(3 * 2);
    for (TraceLaunch launch : launches(trace)) {
      List<Touch> experts = launch.touches().subList(1, launch.touches().size());
      assertThat(experts).hasSize(4).doesNotHaveDuplicates();
      long layerBytes = 5 * 2 * MIB;
      assertThat(experts.stream().map(touch -> touch.offset() / layerBytes).distinct()).hasSize(2);
    }
  }

  @Test
  void skewMakesSomeExpertsCommon() throws IOException {
    long common = mostCommonShare("gen:moe?layers=1&experts=16&top=1&tokens=400&skew=1.5&drift=0");
    long even = mostCommonShare("gen:moe?layers=1&experts=16&top=1&tokens=400&skew=0&drift=0");
    assertThat(common).isGreaterThan(3 * even);
  }

  private static long mostCommonShare(String name) throws IOException {
    return launches(Traces.open(name)).stream()
        .map(launch -> launch.touches().getLast().offset())
        .collect(Collectors.groupingBy(offset -> offset, Collectors.counting()))
        .values()
        .stream()
        .mapToLong(Long::longValue)
        .max()
        .orElseThrow();
  }

  @Test
  void aSearchReadsTheEdgesOfWhatItReachedLast() throws IOException {
    // 0 -> 1, 2; 1 -> 3; 2 -> 3; 3 -> nothing.
    Path edges = folder.resolve("edges.txt");
    Files.writeString(edges, "# from to\n0 1\n0 2\n1 3\n2 3\n");
    Trace trace = Traces.open("gen:bfs?searches=1&edgebytes=64k&vertexbytes=4k&file=" + edges);
    assertThat(launches(trace).stream().map(launch -> launch.touches().getFirst()))
        .containsExactly(
            new Touch(0, 0, 2 * 65536, Effect.READ, 1),
            new Touch(0, 2 * 65536, 2 * 65536, Effect.READ, 1),
            new Touch(1, 0, 4 * 4096, Effect.UPDATE, 0.25));
  }

  @Test
  void trainingFreesActivationsAndGradients() throws IOException {
    Trace trace = Traces.open("gen:training?layers=2&weights=4m&activations=6m&steps=1");
    long born = 0;
    long died = 0;
    for (TraceLaunch launch : launches(trace)) {
      for (Touch touch : launch.touches()) {
        born += touch.effect() == Effect.WRITE ? touch.bytes() : 0;
      }
      died += launch.dead().stream().mapToLong(Span::bytes).sum();
    }
    // All that is written dies, but for the last layer's error, which the next step overwrites.
    assertThat(died).isEqualTo(born - 6 * MIB);
  }

  @Test
  void csvLinesBecomeLaunches() throws IOException {
    Path file = folder.resolve("run.csv");
    Files.writeString(
        file,
        """
        time_ns,launch,address,bytes,kind
        100,7,0x200000,4096,r
        100,7,0x600000,100,w
        400,8,6291456,8,rw
        400,8,2097160,8,r
        """);
    Trace trace = Traces.open(file.toString());
    assertThat(trace.name()).isEqualTo("run");
    assertThat(trace.regions())
        .containsExactly(
            new Region(0, "0x200000", 2 * MIB, true, true),
            new Region(1, "0x600000", 2 * MIB, false, false));
    assertThat(launches(trace))
        .containsExactly(
            new TraceLaunch(
                0,
                "launch",
                0,
                300,
                List.of(
                    new Touch(0, 0, 4096, Effect.READ, 1), new Touch(1, 0, 100, Effect.WRITE, 1)),
                List.of()),
            new TraceLaunch(
                1,
                "launch",
                0,
                0,
                List.of(new Touch(1, 0, 8, Effect.UPDATE, 1), new Touch(0, 8, 8, Effect.READ, 1)),
                List.of()));
  }

  @Test
  void csvRegionsThatAdjoinAreOne() throws IOException {
    Path file = folder.resolve("run.csv");
    Files.writeString(
        file,
        """
        time_ns,launch,address,bytes,kind
        0,0,0x800000,1,w
        0,1,0x400000,1,r
        0,2,0x600000,0x1,r
        """
            .replace("0x1,", "1,"));
    assertThat(Traces.open(file.toString()).regions())
        .containsExactly(new Region(0, "0x400000", 6 * MIB, true, false));
  }

  @Test
  void aBadCsvLineIsNamed() throws IOException {
    Path file = folder.resolve("run.csv");
    Files.writeString(file, "time_ns,launch,address,bytes,kind\n0,0,16,1,x\n");
    assertThatThrownBy(() -> Traces.open(file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("line 2");
  }

  @Test
  void wrongNamesSayWhatIsRight() throws IOException {
    assertThatThrownBy(() -> Traces.open("gen:unknown")).hasMessageContaining("layers, moe");
    assertThatThrownBy(() -> Traces.open("gen:layers?cuont=3"))
        .hasMessageContaining("no parameter 'cuont'")
        .hasMessageContaining("count");
    assertThatThrownBy(() -> Traces.open("gen:layers?count=0")).hasMessageContaining("at least 1");
    assertThatThrownBy(() -> Traces.open("gen:layers?count")).hasMessageContaining("name=value");
    assertThatThrownBy(() -> Traces.open("missing.csv")).hasMessageContaining("no such file");
    Path file = folder.resolve("other.txt");
    Files.writeString(file, "hello\n", StandardCharsets.UTF_8);
    assertThatThrownBy(() -> Traces.open(file.toString()))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("dnn-training");
  }
}
