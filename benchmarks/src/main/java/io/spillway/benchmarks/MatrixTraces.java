package io.spillway.benchmarks;

import io.spillway.benchmarks.trace.Trace;
import io.spillway.benchmarks.trace.TraceFormat;
import io.spillway.benchmarks.trace.Traces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What the matrix replays: the trace files of some folders, and the generators. */
final class MatrixTraces {

  /** How files that may be traces end; others in the folders are passed over. */
  private static final List<String> ENDINGS =
      List.of(".jsonl", ".jsonl.gz", ".csv", ".csv.gz", ".jfr");

  /**
   * The generators, at sizes of some GiB; the variants reuse layers, fuse several layers' experts,
   * and go over a scan again. A matrix of these takes minutes.
   */
  private static final List<String> GENERATED =
      List.of(
          "gen:layers",
          "gen:layers?count=24&reuse=3",
          "gen:moe",
          "gen:moe?fused=4&batch=4",
          "gen:training",
          "gen:bfs",
          "gen:pagerank",
          "gen:scan?passes=3",
          "gen:join",
          "gen:models",
          "gen:uniform");

  private MatrixTraces() {}

  /**
   * Opens them: files in order of their names, training iterations twice as tables of them are,
   * with and without the time of kernels that do not grow with the batch.
   *
   * @throws IOException if a file cannot be read or is no trace
   */
  static List<Trace> open(List<Path> folders, List<String> generated) throws IOException {
    List<Trace> traces = new ArrayList<>();
    for (Path folder : folders) {
      for (Path file : files(folder)) {
        traces.add(Traces.open(file.toString()));
        if (TraceFormat.of(file) == TraceFormat.DNN_TRAINING) {
          traces.add(Traces.open(file + "?flat=remove"));
        }
      }
    }
    for (String name : generated) {
      traces.add(Traces.open(name));
    }
    return traces;
  }

  /** The generators' names. */
  static List<String> generated() {
    return GENERATED;
  }

  private static List<Path> files(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      throw new IllegalArgumentException("'%s': no such folder of traces".formatted(folder));
    }
    try (Stream<Path> all = Files.walk(folder)) {
      return all.filter(Files::isRegularFile)
          .filter(file -> ENDINGS.stream().anyMatch(file.toString()::endsWith))
          .sorted()
          .toList();
    }
  }
}
